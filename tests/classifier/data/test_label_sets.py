"""Labels that overlap in time become clips with all labels that are heard."""

from pathlib import Path

from classifier.data import label_sets
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
