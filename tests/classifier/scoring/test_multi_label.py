"""Scores where several labels may be right at once; the right answers are worked out by hand."""

import numpy as np
import pytest

from classifier.scoring import multi_label, multi_label_folds, precision_recall

LABELS = ["car", "dog"]
TARGETS = np.array([[1, 0], [1, 1], [0, 1], [0, 0]], "int8")
PROBABILITIES = np.array([[0.9, 0.2], [0.4, 0.8], [0.6, 0.3], [0.1, 0.4]])
GROUPS = np.array(["a", "b", "c", "d"])


def test_average_precision_of_each_label():
    # car: ranked 1, 0, 1, 0 -> (1 + 2/3) / 2; dog: ranked 1, 0, 1, 0, too
    np.testing.assert_allclose(multi_label.average_precisions(PROBABILITIES, TARGETS), [5 / 6, 5 / 6])


def test_a_label_without_windows_is_in_no_mean():
    targets = np.array([[1, 0], [0, 0]], "int8")
    assert multi_label.mean_average_precision(np.array([[0.9, 0.9], [0.1, 0.1]]), targets) == 1


def test_thresholds_have_the_best_f1_and_lie_between_probabilities():
    chosen = multi_label.choose_thresholds(PROBABILITIES, TARGETS, LABELS)
    assert chosen == pytest.approx({"car": 0.25, "dog": 0.25})  # F1 0.8 each: two right, one wrong


def test_a_label_that_validation_lacks_must_be_likelier_than_not():
    assert multi_label.choose_thresholds(PROBABILITIES, 0 * TARGETS, LABELS) == {"car": 0.5, "dog": 0.5}


def test_digital_silence_reaches_no_threshold():
    targets = np.ones((2, 2), "int8")
    chosen = multi_label.choose_thresholds(np.zeros((2, 2)), targets, LABELS)
    assert not multi_label.decided(np.zeros((1, 2)), LABELS, chosen).any()


def test_what_is_measured():
    found = multi_label.measure(PROBABILITIES, TARGETS, LABELS, {"car": 0.5, "dog": 0.25}, GROUPS)
    assert found.mean_average_precision == pytest.approx(5 / 6)
    assert found.interval is not None and found.interval[0] <= 5 / 6 <= found.interval[1]
    assert (found.windows, found.groups, found.chance) == (4, 4, 0.5)
    assert (found.labels["car"].precision, found.labels["car"].recall) == (0.5, 0.5)
    # labels by rank: window 0 car first; window 1 both; window 2 dog second, after car: 1, 1 and 1, 1/2
    assert found.lwlrap == pytest.approx((1 + 1 + 1 + 0.5) / 4)


def test_exact_matches_are_what_is_right():
    found = multi_label.score(PROBABILITIES, TARGETS, np.arange(4), LABELS, {"car": 0.5, "dog": 0.5})
    assert (found.windows.right, found.windows.n) == (2, 4)
    assert found.windows.balanced_accuracy == pytest.approx(np.mean([(0.5 + 0.5) / 2, (0.5 + 1) / 2]))


def test_a_curve_ends_at_the_recall_of_all():
    points = precision_recall.curves(PROBABILITIES, TARGETS, LABELS)["car"]
    assert points[0] == (0, 1) and points[-1] == (1, 0.5)


def test_over_folds_is_the_mean_of_the_folds_and_draws_stay_within_each():
    about = TARGETS, LABELS, {"car": 0.5, "dog": 0.25}, GROUPS
    drawn = [multi_label.drawn_precisions(of, TARGETS, GROUPS) for of in (PROBABILITIES, 1 - PROBABILITIES)]
    good = multi_label.measure(PROBABILITIES, *about, drawn=drawn[0])
    bad = multi_label.measure(1 - PROBABILITIES, *about, drawn=drawn[1])
    found = multi_label_folds.gather([good, bad], drawn)
    means = [good.mean_average_precision, bad.mean_average_precision]
    assert found.mean_average_precision.mean == pytest.approx(np.mean(means))
    assert found.mean_average_precision.sd == pytest.approx(np.std(means, ddof=1))
    assert found.mean_average_precision.chance == pytest.approx(good.chance)
    alone = multi_label_folds.gather([good], drawn[:1])
    assert alone.mean_average_precision.interval == pytest.approx(good.interval) and alone.macro_f1.sd is None
    assert found.f1["dog"].mean == pytest.approx((good.labels["dog"].f1 + bad.labels["dog"].f1) / 2)


def test_a_fold_of_one_group_gives_no_interval_and_one_without_a_label_is_not_in_its_means():
    without = TARGETS * (np.array(LABELS) != "dog")
    one_group = np.zeros(len(TARGETS), int)
    folds, drawn = [], []
    for targets, groups in ((TARGETS, GROUPS), (without, one_group)):
        drawn.append(multi_label.drawn_precisions(PROBABILITIES, targets, groups))
        about = targets, LABELS, {"car": 0.5, "dog": 0.25}, groups
        folds.append(multi_label.measure(PROBABILITIES, *about, drawn=drawn[-1]))
    found = multi_label_folds.gather(folds, drawn)
    assert found.mean_average_precision.interval is None and folds[0].interval is not None
    assert found.f1["dog"].mean == folds[0].labels["dog"].f1 > 0 and found.f1["dog"].sd is None
