"""Two models on the same recordings."""

import numpy as np
import pytest
from scipy.stats import binomtest

from classifier.scoring import paired


def compare(right, groups=None, targets=None):
    """right: a pair per recording, whether the first and the second model are right."""
    first, second = np.array(right, bool).T
    n = len(first)
    targets = np.zeros(n, int) if targets is None else np.array(targets)
    return paired.compare(first, second, targets, np.arange(n) if groups is None else np.array(groups))


@pytest.mark.parametrize("b, c", [(0, 1), (1, 9), (5, 5), (20, 40), (0, 6)])
def test_p_is_that_of_scipys_binomial_test(b, c):
    assert paired.exact_p(b, c) == pytest.approx(binomtest(b, b + c, 0.5).pvalue)


def test_no_difference_has_a_p_of_1():
    assert paired.exact_p(0, 0) == 1


def test_a_model_that_is_right_where_the_other_is_wrong_is_better_and_the_other_is_worse():
    right = [(1, 1)] * 20 + [(0, 1)] * 10
    found = compare(right)
    assert (found.verdict, found.both, found.second_only, found.more) == (paired.BETTER, 20, 10, None)
    assert found.difference == pytest.approx(1 / 3)
    assert found.interval is not None and 0 < found.interval[0] < 1 / 3 < found.interval[1]
    back = compare([pair[::-1] for pair in right])
    assert (back.verdict, back.first_only, back.difference) == (paired.WORSE, 10, pytest.approx(-1 / 3))


def test_three_recordings_cannot_tell_though_no_drawing_of_them_doubts_it():
    found = compare([(0, 1)] * 3)
    assert found.interval == (1, 1) and found.p == 0.25
    assert found.verdict == paired.UNKNOWN
    assert (found.more, found.more_for) == (3, None)  # six of six: p = 0.03


def test_many_recordings_of_few_groups_cannot_tell():
    found = compare([(0, 1)] * 30, groups=np.arange(30) % 3)
    assert found.p < 1e-6 and found.p_groups == 0.25
    assert found.verdict == paired.UNKNOWN and found.more == 26  # six groups of six


def test_one_group_says_nothing_about_others():
    found = compare([(0, 1)] * 30, groups=[0] * 30)
    assert (found.verdict, found.interval, found.more) == (paired.UNKNOWN, None, None)


def test_labels_count_alike_however_many_recordings_they_have():
    found = compare([(1, 1)] * 90 + [(0, 1)] * 10, targets=[0] * 90 + [1] * 10)
    assert found.difference == 0.5


def test_a_model_that_gains_a_rare_label_and_loses_more_of_a_frequent_one_is_neither_better_nor_worse():
    right = [(1, 1)] * 60 + [(1, 0)] * 30 + [(0, 1)] * 10
    found = compare(right, targets=[0] * 90 + [1] * 10)
    assert found.difference > 0 and found.p < 0.05
    assert found.verdict == paired.UNKNOWN and found.more_for == paired.VISIBLE


def test_so_many_more_recordings_tell_if_they_are_like_these():
    right = [(1, 1)] * 10 + [(0, 1)] * 4 + [(1, 0)]
    found = compare(right)
    assert found.verdict == paired.UNKNOWN and found.more is not None
    times = -(-(found.more + 15) // 15)
    assert compare(right * times).verdict == paired.BETTER
    assert found.more < 150


def test_models_that_answer_alike_are_asked_for_a_difference_that_matters():
    found = compare([(1, 1)] * 20)
    assert found.verdict == paired.UNKNOWN and found.more_for == paired.VISIBLE and found.more > 20
