import pytest

from classifier.inference.segments import Segment
from classifier.inference.writers import Classified
from classifier.inference.writers._apart import apart


def segments(text):
    return [Segment(of[0], float(of[1]), float(of[2]), 0.9, 0.8) for of in (each.split() for each in text.split(","))]


def of(text, **settings):
    recording = Classified("a", "a", 60.0, 8000.0, "a", 0.9, segments(text), **settings)
    return ", ".join(f"{each.label} {each.start:g} {each.end:g}" for each in apart(recording))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("a 0 2, b 2 4", "a 0 2, b 2 4"),
        ("a 0 3, b 2 4", "a 0 2.5, b 2.5 4"),
        ("a 0 4, b 1 5, c 2 6", "a 0 2.5, b 2.5 3.75, c 3.75 6"),
        ("a 0 9, b 2 4, c 8 10", "a 0 2, b 2 4, a 4 8.5, c 8.5 10"),
        ("a 0 3, a 2 4", "a 0 3, a 2 4"),
        ("a 0 2, b 0 2", "a 0 1, b 1 2"),
    ],
)
def test_labels_of_which_one_can_be_right_share_the_time(given, found):
    assert of(given, independent=False) == found


def test_several_labels_at_once_stay_as_they_are():
    assert of("a 0 3, b 2 4", independent=True) == "a 0 3, b 2 4"
