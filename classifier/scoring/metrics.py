"""Scores of predictions by window and recording, with intervals.

Windows of one group are not independent: an interval over windows would be too narrow, so groups are drawn.
"""

from dataclasses import dataclass

import numpy as np

from classifier.core.errors import InputError

UNITS = ("windows", "recordings")
DRAWS = 2000  # of groups; the ends of a 95 % interval then vary by about 0.1 % between seeds
INTERVAL = (2.5, 97.5)  # percentiles


@dataclass(frozen=True)
class UnitScores:
    """Scores by window, or by recording.

    Attributes:
        n, right: how many there are, and how many of them are right.
        majority: the accuracy of always predicting the most frequent label.
        recall, precision, f1: {label: score}; a label without targets is left out.
        balanced_accuracy, macro_precision, macro_f1: means over these labels.
        roc_auc, pr_auc: {label: area}, one label against the others; None where there is only one, as their means.
        confusion: rows are targets, columns predictions.
        unheard: how many more there are that are not scored, as of `heard`.
    """

    n: int
    right: int
    accuracy: float
    majority: float
    recall: dict[str, float]
    balanced_accuracy: float
    precision: dict[str, float]
    macro_precision: float
    f1: dict[str, float]
    macro_f1: float
    roc_auc: dict[str, float] | None
    pr_auc: dict[str, float] | None
    macro_roc_auc: float | None
    macro_pr_auc: float | None
    confusion: list[list[int]]
    unheard: int = 0


@dataclass(frozen=True)
class Scores:
    """Scores by window and by recording; chance: the accuracy by window of guessing; majority: that of `windows`."""

    windows: UnitScores
    recordings: UnitScores
    chance: float
    majority: float

    def by(self, unit: str) -> UnitScores:
        """The scores by one of UNITS."""
        return {"windows": self.windows, "recordings": self.recordings}[unit]


@dataclass(frozen=True)
class Intervals:
    """95 % intervals of scores.

    Attributes:
        groups: that were drawn from.
        windows, recordings: {"accuracy", "balanced_accuracy", "macro_f1": [lowest, highest]}; None where there is only
            one group, which says nothing about others.
    """

    groups: int
    windows: dict[str, list[float]] | None = None
    recordings: dict[str, list[float]] | None = None

    def by(self, unit: str) -> dict[str, list[float]] | None:
        """The intervals by one of UNITS."""
        return {"windows": self.windows, "recordings": self.recordings}[unit]


def heard(probabilities: np.ndarray) -> np.ndarray:
    """(windows,) whether a window is scored: one whose probabilities are all 0 is not, unless all are so.

    Such a window is digital silence, which a model without a label for silence knows to be none of its labels. Whatever
    its recording is called, nothing is there to be heard.
    """
    some = np.any(np.asarray(probabilities) > 0, axis=1)
    return some if some.any() else np.ones(len(some), bool)


def score(
    probabilities: np.ndarray, targets: np.ndarray, recordings: np.ndarray, labels: list[str], vote: bool = False
) -> Scores:
    """Compare predictions with targets.

    Args:
        probabilities: (windows, labels), rows sum to 1.
        targets: (windows,) index of the true label.
        recordings: (windows,) which recording each window is from.
        labels: names, in the order of the columns.
        vote: a recording's label is that of most of its windows, not that of their mean probabilities.

    Raises:
        InputError: a probability is NaN: the training has diverged.
    """
    check(probabilities)
    n_all = {"windows": len(targets), "recordings": len(np.unique(recordings))}
    probabilities, targets, recordings = _heard_only(probabilities, targets, recordings)
    _, first = np.unique(recordings, return_index=True)
    windows = _score(probabilities, targets, labels, n_all["windows"])
    decided = by_recording(probabilities, recordings, vote)
    return Scores(
        windows=windows,
        recordings=_score(decided, targets[first], labels, n_all["recordings"]),
        chance=1 / len(labels),
        majority=windows.majority,
    )


def balanced_accuracy(
    probabilities: np.ndarray, targets: np.ndarray, recordings: np.ndarray, labels: list[str]
) -> tuple[float, float]:
    """(of windows, of recordings), as `score` gives it; without the areas, whose library takes a second to load.

    Args and errors are those of `score`.
    """
    check(probabilities)
    probabilities, targets, recordings = _heard_only(probabilities, targets, recordings)
    _, first = np.unique(recordings, return_index=True)
    units = ((probabilities, targets), (by_recording(probabilities, recordings), targets[first]))
    of_windows, of_recordings = (float(_rates(_confusion(*of, len(labels)))["balanced_accuracy"]) for of in units)
    return of_windows, of_recordings


def by_recording(probabilities: np.ndarray, recordings: np.ndarray, vote: bool = False) -> np.ndarray:
    """(recordings, labels) rows that sum to 1, in the order of np.unique: the mean over the windows, or the vote.

    A tied vote is decided by the mean.
    """
    ids, of = np.unique(recordings, return_inverse=True)
    n = np.bincount(of)[:, None]
    means = np.zeros((len(ids), probabilities.shape[1]))
    np.add.at(means, of, probabilities)
    means /= n
    if not vote:
        return means
    votes = np.zeros_like(means)
    np.add.at(votes, (of, probabilities.argmax(axis=1)), probabilities.any(axis=1))
    return (votes + means / 2) / (n + 0.5)  # half: a mean never outweighs a vote


def intervals(
    probabilities: np.ndarray,
    targets: np.ndarray,
    recordings: np.ndarray,
    groups: np.ndarray,
    labels: list[str],
    vote: bool = False,
    seed: int = 0,
) -> Intervals:
    """95 % bootstrap intervals of scores, over groups drawn with replacement.

    Args are those of `score`; groups: (windows,) the group each window is from.
    """
    probabilities, targets, recordings, groups = _heard_only(probabilities, targets, recordings, groups)
    _, first = np.unique(recordings, return_index=True)
    names, of = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return Intervals(len(names))
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    units = {
        "windows": (probabilities.argmax(axis=1), targets, of),
        "recordings": (by_recording(probabilities, recordings, vote).argmax(axis=1), targets[first], of[first]),
    }
    found = {}
    for what, (predicted, right, group) in units.items():
        counts = np.zeros((len(names), len(labels), len(labels)))
        np.add.at(counts, (group, right, predicted), 1)
        confusions = (drawn @ counts.reshape(len(names), -1)).reshape(-1, len(labels), len(labels))
        rates = _rates(confusions)
        chosen = {name: rates[name] for name in ("accuracy", "balanced_accuracy", "macro_f1")}
        found[what] = {name: np.percentile(values, INTERVAL).tolist() for name, values in chosen.items()}
    return Intervals(len(names), **found)


def check(probabilities: np.ndarray) -> None:
    """Make sure that predictions, (windows, labels), are numbers.

    Raises:
        InputError: a probability is NaN.
    """
    if not np.isfinite(probabilities).all():
        raise InputError("the model predicts NaN: the training has diverged; lower the learning rate of its recipe")


def _heard_only(probabilities, *columns):
    kept = heard(probabilities)
    return probabilities[kept], *(column[kept] for column in columns)


def _confusion(probabilities, targets, n_labels):
    confusion = np.zeros((n_labels, n_labels), int)
    np.add.at(confusion, (targets, probabilities.argmax(axis=1)), 1)
    return confusion


def _score(probabilities, targets, labels, n_all):
    confusion = _confusion(probabilities, targets, len(labels))
    present = np.flatnonzero(confusion.sum(axis=1))
    rates = _rates(confusion)

    def named(values):
        return {labels[i]: float(values[i]) for i in present}

    areas = _areas(probabilities, targets, present)
    return UnitScores(
        n=len(targets),
        right=int(np.trace(confusion)),
        accuracy=float(rates["accuracy"]),
        majority=float(confusion.sum(axis=1).max() / len(targets)),
        recall=named(rates["recall"]),
        balanced_accuracy=float(rates["balanced_accuracy"]),
        precision=named(rates["precision"]),
        macro_precision=float(rates["macro_precision"]),
        f1=named(rates["f1"]),
        macro_f1=float(rates["macro_f1"]),
        **{name: values and named(values) for name, values in areas.items()},
        **{f"macro_{name}": values and float(np.mean(list(values.values()))) for name, values in areas.items()},
        confusion=confusion.tolist(),
        unheard=n_all - len(targets),
    )


def _rates(confusion):
    """Rates of confusion matrices (..., labels, labels): by label, and their means over the labels with targets."""
    true, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    by_label = {
        "recall": hits / np.maximum(1, true),
        "precision": hits / np.maximum(1, predicted),
        "f1": 2 * hits / np.maximum(1, true + predicted),
    }
    tested = true > 0
    means = {f"macro_{name}": (values * tested).sum(-1) / tested.sum(-1) for name, values in by_label.items()}
    means["balanced_accuracy"] = means.pop("macro_recall")
    return {"accuracy": hits.sum(-1) / true.sum(-1), **by_label, **means}


def _areas(probabilities, targets, present):
    """Areas under the curves of each label against the others, by scikit-learn; None where there are no others."""
    if len(present) < 2:
        return {"roc_auc": None, "pr_auc": None}
    from sklearn.metrics import average_precision_score, roc_auc_score

    curves = {"roc_auc": roc_auc_score, "pr_auc": average_precision_score}
    return {name: {i: area(targets == i, probabilities[:, i]) for i in present} for name, area in curves.items()}
