"""A process that is silent for too long is known."""

from classifier.service.heartbeat import STARTING_SECONDS, Heartbeat
from classifier.service.settings import Settings


def test_one_that_beats_is_never_silent_and_one_that_stops_is_named_once():
    heartbeat = Heartbeat(Settings(hang_seconds=10))
    for _ in range(5):
        heartbeat.beat()
        assert [heartbeat.look(6), heartbeat.look(6)] == [0, 0]
    assert [heartbeat.look(6), heartbeat.look(6), heartbeat.look(6)] == [12, 0, 12]


def test_before_the_first_beat_there_is_time_to_start():
    heartbeat = Heartbeat(Settings(hang_seconds=1))
    assert heartbeat.look(STARTING_SECONDS) == 0
    assert heartbeat.look(1) > STARTING_SECONDS
