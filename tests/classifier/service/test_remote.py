"""What workers have in common is reached over a socket of this machine, by who has the key."""

from dataclasses import replace
from multiprocessing import AuthenticationError

import pytest

from classifier.service.common import Common
from classifier.service.remote import enter, open_door
from classifier.service.settings import Busy, Settings


def test_limits_are_those_of_the_other_process_and_what_it_raises_arrives_whole(tmp_path):
    common = Common(Settings(home=tmp_path, predict_only=True, minute_seconds=60))
    door = open_door(common)
    there = enter(door)
    there.audio.spend("a", 90)
    with pytest.raises(Busy, match="60 s of audio a minute") as busy:
        there.audio.check("a")
    assert busy.value.retry_after > 1 and there.audio.check("b") is None
    assert there.connections.add("a", 7) and common.connections.held == {"a": {7: 1}}
    assert there.session_key() == common.session_key()
    common.forget(7)
    assert not common.connections.held
    with pytest.raises(AuthenticationError):
        enter(replace(door, key=b"guess"))
    common.close()
