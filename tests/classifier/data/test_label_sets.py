"""Labels that overlap in time become clips with all labels that are heard."""

from pathlib import Path

import numpy as np
import pytest

from classifier.data import label_sets, surroundings
from classifier.data.layouts import Clip


def clip(label, start, end):
    return Clip(Path("monday.wav"), label, "monday.wav", start=start, end=end, several=(label,))


def test_a_recording_is_cut_where_labels_begin_and_end():
    found = label_sets.together([clip("rain", 0, 6), clip("dog", 4, 10)], window_seconds=1)
    assert [(of.start, of.end, of.labels) for of in found] == [
        (0, 4, ("rain",)),
        (4, 6, ("dog", "rain")),
        (6, 10, ("dog",)),
    ]
    assert found[1].label == "dog;rain"


def test_a_part_shorter_than_a_window_has_the_labels_of_the_window():
    found = label_sets.together([clip("rain", 0, 3.9), clip("dog", 4.0, 4.2)], window_seconds=1)
    assert [of.labels for of in found] == [("rain",), ("dog", "rain")]


def test_lines_of_one_recording_are_put_together():
    lines = [clip("rain", 0, None), clip("dog", 0, None)]
    assert [of.labels for of in label_sets.together(lines, window_seconds=1)] == [("dog", "rain")]


@pytest.mark.parametrize(
    ("marks", "seconds"),
    [
        ([("A", 5.0, 5.2), ("B", 5.8, 9.0)], 20),
        ([("A", 0.0, 0.2), ("B", 1.5, 6.0)], 6),
        ([("A", 0.4, 1.1), ("B", 1.0, 1.2), ("C", 2.6, 2.7)], 20),
        ([("A", 0.4, 0.5), ("B", 1.0, 1.2)], 1.5),
    ],
)
def test_the_labels_of_a_short_part_are_those_of_the_window_that_is_cut(marks, seconds):
    found = label_sets.together([clip(*mark) for mark in marks], window_seconds=2)
    starts, ends = (np.array([round(1000 * getattr(of, at)) for of in found]) for at in ("start", "end"))
    wholes = np.array([[0, round(1000 * seconds)]] * len(found))
    heard = surroundings.around(found, starts, ends, wholes, 2000)
    for i in np.flatnonzero(heard.is_short):
        low, high = heard.starts[i] / 1000, heard.ends[i] / 1000
        assert heard.offsets[i] == 0 and high - low == pytest.approx(min(2, seconds))
        assert found[i].labels == tuple(label for label, start, end in marks if start < high and end > low)
