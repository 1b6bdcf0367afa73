import shutil
from pathlib import Path

import pytest

from classifier.core import console
from classifier.core.errors import InputError
from classifier.data import audio_cache, clips, duplicates
from classifier.data.layouts import Clip
from tests.conftest import write_data


@pytest.fixture
def copied(tmp_path):
    """Five recordings a label, and one of each that lies under the other label, too, in another format or name."""
    data = write_data(tmp_path / "data")
    shutil.copy(data / "low tone" / "l0_take.wav", data / "high tone" / "copy.wav")
    shutil.copy(data / "low tone" / "l0_take.wav", data / "low tone" / "again.wav")
    shutil.copy(data / "high tone" / "h3_take.wav", data / "low tone" / "mistake.wav")
    return data


@pytest.fixture
def settle(copied):
    held = audio_cache.read(clips.read_clips(copied), copied, 16_000, keep=False)
    return lambda way: duplicates.settle(held, copied, way)


PAIRS = [
    "high tone/copy.wav (high tone) = low tone/again.wav (low tone) = low tone/l0_take.wav (low tone)",
    "high tone/h3_take.wav (high tone) = low tone/mistake.wav (low tone)",
]


def test_they_are_an_error_that_lists_them(settle):
    with pytest.raises(InputError) as refused:
        settle("error")
    assert str(refused.value).startswith("2 sound(s) have two labels: ")
    assert all(pair in str(refused.value) for pair in PAIRS)
    assert "--duplicates drop" in str(refused.value)


def test_drop_leaves_out_all_copies_and_says_why(settle, copied):
    left = settle("drop")
    assert len(left.clips) == len(left.starts) == len(left.ends) == len(left.contents) == len(left.wholes) == 8
    assert duplicates.under_two_labels(left.clips, left.contents) == []
    assert len(left.skipped) == 5
    reasons = dict((clip.name(copied), reason) for clip, reason in left.skipped)
    assert reasons["low tone/mistake.wav"] == (
        "low tone/mistake.wav (low tone) has the same sound as high tone/h3_take.wav (high tone) (--duplicates drop)"
    )


def test_what_is_left_is_still_its_own_sound(settle):
    left, whole = settle("drop"), settle("keep")
    for i, clip in enumerate(left.clips):
        assert (left.samples(i) == whole.samples(whole.clips.index(clip))).all()


def test_keep_says_it(settle, monkeypatch, capsys):
    monkeypatch.setattr(console, "_warnings", {})
    assert len(settle("keep").clips) == 13
    assert "WARNING: 2 sound(s) have two labels" in capsys.readouterr().err


def test_a_label_that_nothing_is_left_of_is_named(tmp_path):
    data = write_data(tmp_path / "data", n=1)
    shutil.copytree(data / "low tone", data / "third")
    held = audio_cache.read(clips.read_clips(data), data, 16_000, keep=False)
    with pytest.raises(InputError, match="nothing is left of low tone, third"):
        duplicates.settle(held, data, "drop")


def conflicts(*rows):
    """Of (label, content) each."""
    made = [Clip(Path(f"{i}.wav"), label, str(i)) for i, (label, _) in enumerate(rows)]
    return duplicates.under_two_labels(made, [content for _, content in rows])


def test_parts_of_a_sound_are_the_same_where_they_overlap():
    assert conflicts(("a", "x 0 10"), ("b", "x 10 20"), ("b", "y")) == []
    assert conflicts(("a", "x 0 10"), ("b", "x 9 20"), ("a", "x 30 40")) == [[0, 1]]
    assert conflicts(("a", "x"), ("b", "x 9 20"), ("b", "y"), ("c", "y")) == [[0, 1], [2, 3]]
    assert conflicts(("a", "x"), ("a", "x")) == []


def test_parts_of_one_file_that_overlap_by_a_rounding_are_no_copies():
    one, copy = (Path(f"{name}.wav") for name in "xy")
    clips = [Clip(one, "a", "x", start=0, end=1.0005), Clip(one, "b", "x", start=1, end=2), Clip(copy, "b", "y")]
    contents = ["s 0 16008", "s 16000 32000", "s 0 8000"]
    assert duplicates.under_two_labels(clips[:2], contents[:2]) == []
    assert duplicates.under_two_labels(clips, contents) == [[0, 2]]
