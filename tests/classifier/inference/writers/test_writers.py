from classifier.core import registry
from classifier.inference.segments import Segment
from classifier.inference.writers import Classified
from tests.classifier.inference.writers.conftest import HEARD


def test_no_two_write_to_one_place():
    places = [registry.load("writers", name).NAME for name in registry.names("writers")]
    assert len(set(places)) == len(places) == 7


def test_how_long_a_label_is_heard_is_the_sum_of_its_segments():
    recording = Classified("a", "a", 10, 8000, None, 0.5, [HEARD[1], HEARD[0], HEARD[1]])
    assert recording.seconds_of == {HEARD[1].label: 2 * (2.5 - 1 / 3), HEARD[0].label: 1.5}


def test_seconds_count_once_where_only_one_label_can_be_right():
    segments = [Segment("a", 0, 2, 0.9, 0.9), Segment("b", 1, 3, 0.9, 0.9), Segment("a", 5, 6, 0.9, 0.9)]
    recording = Classified("r", "r", 10, 8000, None, 0.5, segments, independent=False)
    assert recording.seconds_of == {"a": 2.5, "b": 1.5}  # from 1 to 2 s they share
