import pytest

from classifier.scoring import events
from classifier.scoring.events import Hits, Intersections
from classifier.scoring.rule_choice import Placed


@pytest.mark.parametrize(
    ("segment", "is_hit"),
    [
        (("a", 10.19, 11.0), True),
        (("a", 10.21, 11.0), False),
        (("a", 10.0, 10.79), False),  # a fifth of a second, as the event lasts one
        (("b", 10.0, 11.0), False),
    ],
)
def test_a_segment_hits_an_event_within_the_collar(segment, is_hit):
    assert events.hits([Placed("a", 10.0, 11.0)], [Placed(*segment)]) == Hits(is_hit, 1, 1)


def test_the_end_of_a_long_event_may_be_off_by_a_fifth_of_it():
    found = [events.hits([Placed("a", 0, 10)], [Placed("a", 0, end)]).hits for end in (8.1, 7.9)]
    assert found == [1, 0]


def test_as_many_as_possible_are_matched_and_none_twice():
    placed = [Placed("a", 1.0, 2.0), Placed("a", 1.15, 2.15)]
    found = [Placed("a", 1.1, 2.1), Placed("a", 0.9, 1.9), Placed("a", 1.1, 2.1)]  # the second fits the first alone
    assert events.hits(placed, found) == Hits(2, 2, 3)
    assert events.f1([Hits(2, 2, 3)]) == pytest.approx(0.8)  # precision 2/3, recall 1
    assert events.f1([Hits(0, 0, 0)]) == 0


def test_segments_between_events_count_where_they_are_nearer():
    placed = [Placed("a", 1, 2), Placed("a", 9, 10)]
    found = [Placed("a", 1, 2), Placed("a", 4, 5), Placed("a", 6, 7)]
    assert events.by_event(placed, found) == [Hits(1, 1, 2), Hits(0, 1, 1)]


def test_a_difference_has_an_interval():
    better, worse = [Hits(1, 1, 1)] * 20, [Hits(1, 1, 1)] * 5 + [Hits(0, 1, 1)] * 15
    found, low, high = events.difference(better, worse)
    assert found == pytest.approx(0.75) and 0.5 < low < 0.75 < high < 1
    assert events.difference(better, better) == (0, 0, 0)


def test_events_are_found_by_segments_that_lie_in_them():
    placed = [Placed("a", 0, 10), Placed("a", 20, 30)]
    found = [Placed("a", 0, 4), Placed("a", 5, 9), Placed("a", 20, 35)]  # 8 s of the first; the third is 10 in 15 s
    assert events.intersections(placed, found) == Intersections(1, 2, 1)
    assert events.intersections(placed, []) == Intersections(0, 2, 0)


def test_psds_is_the_area_under_the_events_found():
    points = [Intersections(1, 4, 0), Intersections(2, 4, 50), Intersections(4, 4, 150)]
    assert events.psds(points, 1.0) == pytest.approx(0.5 * 0.25 + 0.5 * 0.5)
    assert events.psds(points, 2.0) == pytest.approx(0.25 * 0.25 + 0.5 * 0.5 + 0.25 * 1)
    assert events.psds([Intersections(4, 4, 0)], 1.0) == 1
