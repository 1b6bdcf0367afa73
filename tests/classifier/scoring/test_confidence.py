import pytest
from scipy.stats import binomtest

from classifier.scoring import confidence


@pytest.mark.parametrize("right, n", [(9, 9), (0, 4), (7, 10), (196, 200), (1, 1)])
def test_the_interval_is_scipys(right, n):
    known = binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert confidence.interval(right / n, n) == pytest.approx((known.low, known.high), abs=1e-4)


def test_no_groups_say_nothing():
    assert confidence.interval(1.0, 0) == (0, 1)


def test_the_mean_of_one_label_is_as_uncertain_as_the_label_and_of_several_less():
    alone = confidence.balanced_interval({"a": 0.8}, {"a": 10})
    assert alone == pytest.approx(confidence.interval(0.8, 10))
    both = confidence.balanced_interval({"a": 0.8, "b": 0.8}, {"a": 10, "b": 10})
    assert alone[0] < both[0] < 0.8 < both[1] < alone[1]
    unknown = confidence.balanced_interval({"a": 1.0, "b": 1.0}, {"a": 3})  # b can be anything
    assert unknown == (pytest.approx(1 - ((1 - confidence.interval(1.0, 3)[0]) ** 2 + 1) ** 0.5 / 2), 1)


def test_few_groups_are_named_with_what_would_help():
    recall = {"rare": 1.0, "some": 0.9, "many": 0.5}
    few = confidence.few_groups(recall, {"rare": 3, "some": 19, "many": 20})
    assert list(few) == ["rare", "some"]
    off, more = few["rare"]
    assert off == pytest.approx(1 - confidence.interval(1.0, 3)[0])
    assert confidence.off_by(1.0, 3 + more) <= 0.1 < confidence.off_by(1.0, 3 + more - 1)


def test_labels_without_a_known_number_are_left_out():
    assert confidence.few_groups({"a": 1.0}, {}) == {}
