import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from classifier.core.errors import InputError
from classifier.scoring import metrics

LABELS = ["quiet", "loud"]


def sure_of(predicted, n_labels=2):
    """Probabilities of a model that has no doubts."""
    return np.eye(n_labels)[predicted]


def test_windows_and_recordings_are_scored_apart():
    # three windows of recording 7 (quiet), one of recording 9 (loud)
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.4, 0.6]])
    scores = metrics.score(probabilities, np.array([0, 0, 0, 1]), np.array([7, 7, 7, 9]), LABELS)
    assert scores.windows.right == 3
    assert scores.windows.confusion == [[2, 1], [0, 1]]
    assert scores.windows.recall == {"quiet": pytest.approx(2 / 3), "loud": 1}
    assert scores.windows.balanced_accuracy == pytest.approx(5 / 6)
    assert scores.recordings.confusion == [[1, 0], [0, 1]]
    assert (scores.chance, scores.majority) == (0.5, 0.75)
    assert (scores.windows.majority, scores.recordings.majority) == (0.75, 0.5)


def test_precision_f1_and_areas_by_hand():
    # as above: "loud" is said twice, once rightly; the quiet window at 0.7 stands above the loud one at 0.6
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.4, 0.6]])
    windows = metrics.score(probabilities, np.array([0, 0, 0, 1]), np.array([7, 7, 7, 9]), LABELS).windows
    assert windows.precision == {"quiet": 1, "loud": 0.5}
    assert windows.macro_precision == 0.75
    assert windows.f1 == {"quiet": pytest.approx(4 / 5), "loud": pytest.approx(2 / 3)}
    assert windows.roc_auc == {"quiet": pytest.approx(2 / 3), "loud": pytest.approx(2 / 3)}
    assert windows.pr_auc["loud"] == pytest.approx(1 / 2)
    assert windows.pr_auc["quiet"] == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert windows.macro_pr_auc == pytest.approx((1 / 2 + 11 / 12) / 2)


def test_the_means_are_scikit_learns():
    random = np.random.default_rng(0)
    targets, probabilities = random.integers(0, 4, 200), random.dirichlet(np.ones(4), 200)
    windows = metrics.score(probabilities, targets, np.arange(200), list("abcd")).windows
    precision, recall, f1, _ = sklearn_metrics.precision_recall_fscore_support(
        targets, probabilities.argmax(axis=1), average="macro"
    )
    assert (windows.macro_precision, windows.balanced_accuracy) == (
        pytest.approx(precision),
        pytest.approx(recall),
    )
    assert windows.macro_f1 == pytest.approx(f1)
    assert windows.macro_roc_auc == pytest.approx(
        sklearn_metrics.roc_auc_score(targets, probabilities, multi_class="ovr")
    )


def test_a_label_that_is_not_tested_has_no_recall_and_one_label_no_area():
    scores = metrics.score(np.array([[0.9, 0.1]]), np.array([0]), np.array([0]), LABELS)
    assert scores.windows.recall == {"quiet": 1}
    assert scores.windows.balanced_accuracy == 1
    assert scores.windows.roc_auc is scores.windows.macro_pr_auc is None


def test_nan_is_an_error_with_a_reason():
    with pytest.raises(InputError, match="diverged"):
        metrics.score(np.array([[np.nan, 0]]), np.array([0]), np.array([0]), LABELS)


def test_a_vote_counts_windows_and_the_mean_weighs_them():
    # two windows a little loud, one very quiet
    probabilities = np.array([[0.45, 0.55], [0.45, 0.55], [1.0, 0.0]])
    of = np.zeros(3, int)
    assert metrics.by_recording(probabilities, of).argmax() == 0
    assert metrics.by_recording(probabilities, of, vote=True).argmax() == 1
    assert metrics.by_recording(probabilities, of, vote=True).sum() == pytest.approx(1)


def test_a_vote_that_is_equal_is_decided_by_the_mean():
    probabilities = np.array([[0.4, 0.6], [0.9, 0.1]])
    assert metrics.by_recording(probabilities, np.zeros(2, int), vote=True).argmax() == 0


def test_all_right_is_sure_as_far_as_the_data_goes():
    targets = np.array([0, 0, 1, 1])
    sure = metrics.intervals(sure_of(targets), targets, np.arange(4), np.array(list("abcd")), LABELS)
    assert sure.groups == 4
    for what in ("windows", "recordings"):
        assert sure.by(what) == {name: [1, 1] for name in ("accuracy", "balanced_accuracy", "macro_f1")}


def test_groups_are_drawn_not_windows():
    # two speakers of a hundred windows, one always right, one always wrong: next time it may well be all or nothing
    targets, predicted = np.tile([0, 1], 100), np.tile([0, 1], 100)
    predicted[100:] = 1 - predicted[100:]
    speakers = np.repeat(["anna", "ben"], 100)
    settings = sure_of(predicted), targets, np.arange(200)
    assert metrics.intervals(*settings, speakers, LABELS).windows["accuracy"] == [0, 1]
    lowest, highest = metrics.intervals(*settings, np.arange(200), LABELS).windows["accuracy"]
    assert 0.42 < lowest < 0.45 and 0.55 < highest < 0.58  # 0.5 -+ 1.96 sqrt(0.25 / 200)


def test_one_group_says_nothing_of_the_next():
    sure = metrics.intervals(sure_of([0, 1]), np.array([0, 1]), np.arange(2), np.zeros(2), LABELS)
    assert sure == metrics.Intervals(1)


def test_balanced_accuracy_alone_is_that_of_the_scores():
    random = np.random.default_rng(0)
    targets, recordings = np.repeat(random.integers(0, 3, 20), 5), np.repeat(np.arange(20), 5)  # a label may be missing
    probabilities = random.dirichlet(np.ones(4), 100)
    scores = metrics.score(probabilities, targets, recordings, list("abcd"))
    expected = (scores.windows.balanced_accuracy, scores.recordings.balanced_accuracy)
    assert metrics.balanced_accuracy(probabilities, targets, recordings, list("abcd")) == expected
    with pytest.raises(InputError, match="diverged"):
        metrics.balanced_accuracy(np.array([[np.nan, 0]]), np.array([0]), np.array([0]), LABELS)


def test_windows_of_digital_silence_are_counted_apart_and_recordings_are_decided_by_the_others():
    probabilities = np.array([[0.1, 0.9], [0, 0], [0, 0], [0.8, 0.2], [0, 0]])
    about = (np.array([1, 1, 1, 0, 0]), np.array([0, 0, 0, 1, 2]))
    scores = metrics.score(probabilities, *about, LABELS)
    assert (scores.windows.n, scores.windows.right, scores.windows.unheard) == (2, 2, 3)
    assert (scores.recordings.n, scores.recordings.right, scores.recordings.unheard) == (2, 2, 1)
    assert metrics.balanced_accuracy(probabilities, *about, LABELS) == (1, 1)
    assert metrics.score(probabilities, *about, LABELS, vote=True).recordings.right == 2
    assert metrics.intervals(probabilities, *about, about[1], LABELS).windows["accuracy"] == [1, 1]
    nothing = metrics.score(np.zeros((2, 2)), np.array([0, 1]), np.array([0, 1]), LABELS)
    assert (nothing.windows.n, nothing.windows.unheard) == (2, 0)  # all are scored, or there would be no score
