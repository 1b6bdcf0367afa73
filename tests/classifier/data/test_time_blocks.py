from pathlib import Path

import numpy as np
import pytest

from classifier.data import negatives_split, time_blocks, unlabelled
from classifier.data.layouts import Clip
from classifier.data.negatives import Negatives

GAP = 4  # two windows of two seconds


@pytest.fixture(autouse=True)
def an_hour(monkeypatch):
    """Of a recording that is not there: only its length matters here."""
    monkeypatch.setattr(unlabelled, "seconds_of", lambda path: 3600.0)


def clicks(path, times, label="click"):
    return [Clip(Path(path), label, path, start=float(at), end=at + 0.1) for at in times]


def test_a_label_of_one_long_recording_is_split_by_blocks_with_gaps(capsys):
    labelled = clicks("a.wav", range(30, 3600, 60)) + clicks("a.wav", range(50, 3600, 200), "song")
    given = labelled + unlabelled.rest(labelled, "other", 2)
    found = time_blocks.dealt(given, 2, "other")
    assert [clip.label == "other" for clip in found] == sorted(clip.label == "other" for clip in found)
    assert len({clip.group for clip in found}) == 10
    split = negatives_split.split(
        found, [clip.name(Path()) for clip in found], negatives=Negatives((), unlabelled=True)
    )
    for label in ("click", "song", "other"):
        assert set(split[[clip.label == label for clip in found]]) == {"train", "validation", "test"}
    assert apart(found, split) >= GAP
    kept = [clip for clip in found if clip.label != "other"]
    assert len(kept) == len(labelled)  # blocks meet where nothing is labelled
    said = capsys.readouterr().err
    assert "click, song: in fewer than 3 recordings, so these are split by blocks of time with gaps of 4 s" in said
    assert "a.wav (10 blocks). The scores are of the same place, day and microphone" in said


def apart(clips, split):
    """Seconds between the nearest clips of two splits."""
    order = np.argsort([clip.start for clip in clips])
    between = [
        clips[after].start - clips[before].end
        for before, after in zip(order, order[1:], strict=False)
        if split[before] != split[after]
    ]
    return min(between)


def test_a_sound_over_all_of_a_recording_is_cut_and_what_is_lost_is_said(capsys):
    rain = [Clip(Path("a.wav"), "rain", "a.wav", start=0.0, end=3599.0), *clicks("a.wav", [3599.5], "click")]
    found = [clip for clip in time_blocks.dealt(rain, 2) if clip.label == "rain"]
    assert len(found) == 10 and sum(clip.end - clip.start for clip in found) == pytest.approx(3599 - 9 * GAP)
    assert "36.0 s of labelled sound lie in the gaps and are not used" in capsys.readouterr().err


def test_clumped_labels_get_more_blocks():
    found = time_blocks.dealt(clicks("a.wav", range(0, 600, 25)), 2)
    assert len({clip.group for clip in found}) >= 5


@pytest.mark.parametrize(
    "clips",
    [
        [clip for name in "abc" for clip in clicks(name, [1, 100])],  # enough recordings
        [Clip(Path("a"), "dog", "a"), Clip(Path("b"), "dog", "b")],  # whole recordings
        [
            Clip(Path("a"), "dog", "anna", start=1, end=2),
            Clip(Path("b"), "dog", "anna", start=1, end=2),
        ],  # somebody said the group
        [Clip(Path("a"), "dog", "a", fold=1, start=1, end=2)],
    ],
)
def test_nothing_else_is_split_by_time(clips):
    assert time_blocks.dealt(clips, 2) == clips


def test_only_the_recordings_of_the_rare_label_are_cut():
    common = [clip for name in "abc" for clip in clicks(name, range(10, 3600, 100), "dog")]
    found = time_blocks.dealt(common + clicks("a", range(60, 3600, 100), "cat"), 2)
    assert {clip.group for clip in found if clip.path.name != "a"} == {"b", "c"}
    assert len({clip.group for clip in found if clip.path.name == "a"}) == 10
