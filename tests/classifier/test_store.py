import numpy as np
import pytest

from classifier import store
from classifier.clips import read_clips
from classifier.recording import read
from Constants import InputError
from tests.conftest import write_data


def test_every_recording_is_what_reading_it_gives(tmp_path):
    clips = read_clips(write_data(tmp_path, n=2))
    held = store.read(clips, 16_000)
    assert [clip.path for clip in held.clips] == [clip.path for clip in clips]
    for i, clip in enumerate(clips):
        assert np.abs(held.signal(i) - read(clip.path, 16_000)).max() < 1 / store.FULL_SCALE


def test_the_unreadable_are_skipped_and_named(tmp_path):
    write_data(tmp_path, n=3)
    bad = tmp_path / "low tone" / "l1_take.wav"
    bad.write_text("no audio")
    held = store.read(read_clips(tmp_path), 16_000)
    assert len(held.clips) == 5
    assert [clip.path for clip, _ in held.skipped] == [bad]
    assert "l1_take.wav can not be read" in held.skipped[0][1]


def test_a_label_of_which_nothing_can_be_read(tmp_path):
    write_data(tmp_path, n=2)
    for path in (tmp_path / "low tone").iterdir():
        path.write_text("no audio")
    with pytest.raises(InputError, match="none of the 2 recording.*'low tone'.*l0_take.wav"):
        store.read(read_clips(tmp_path), 16_000)


def test_the_fingerprint_is_of_names_and_contents(tmp_path):
    write_data(tmp_path / "one", n=2)
    write_data(tmp_path / "same", n=2)
    write_data(tmp_path / "other", n=2)
    path = tmp_path / "other" / "low tone" / "l0_take.wav"
    path.write_bytes((tmp_path / "other" / "low tone" / "l1_take.wav").read_bytes())
    one, same, other = (
        store.read(read_clips(tmp_path / name), 16_000).fingerprint for name in ("one", "same", "other")
    )
    assert one == same != other
