from pathlib import Path

import pytest

from classifier.data import unlabelled
from classifier.data.layouts import NOTHING, Clip
from tests.conftest import write_tone


@pytest.fixture
def path(tmp_path):
    write_tone(tmp_path / "a.wav", seconds=20)
    return tmp_path / "a.wav"


def rest(path, *parts, window=2):
    clips = [Clip(path, label, "g", 3, "train", start, end, "mic") for label, start, end in parts]
    found = unlabelled.rest(clips, "other", window)
    assert {(of.label, of.group, of.fold, of.split, of.source) for of in found} <= {("other", "g", 3, "train", "mic")}
    return [(of.start, of.end) for of in found]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([("a", 5, 9)], [(0, 5), (9, None)]),
        ([("a", 5, 9), ("b", 10, 12), ("a", 12, 15)], [(0, 5), (15, None)]),  # between 9 and 10 is no room for a window
        ([("a", 5, 12), ("a", 6, 8)], [(0, 5), (12, None)]),
        ([("click", 9.95, 10.05)], [(0, 9), (11, None)]),  # the sound of a point may be longer than it
        ([("a", 1, 19)], []),
        ([("a", 1, None)], []),
        ([("a", 0, None)], []),
        ([(NOTHING, 0, None)], [(0, None)]),
    ],
)
def test_it_is_what_no_window_of_a_label_needs(path, parts, found):
    assert rest(path, *parts) == found


def test_a_recording_that_cannot_be_read_is_said_when_it_is_decoded():
    assert rest(Path("gone.wav"), ("a", 5, 9)) == [(0, 5), (9, None)]
