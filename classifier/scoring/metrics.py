"""Scores of predictions by window and recording, with intervals.

Windows of one group are not independent: an interval over windows would be too narrow, so groups are drawn.
"""

from typing import Any

import numpy as np

from classifier.core.errors import InputError

DRAWS = 2000  # of groups; the ends of a 95 % interval then vary by about 0.1 % between seeds
INTERVAL = (2.5, 97.5)  # percentiles


def score(
    probabilities: np.ndarray, targets: np.ndarray, recordings: np.ndarray, labels: list[str], vote: bool = False
) -> dict[str, Any]:
    """Compare predictions with targets.

    Args:
        probabilities: (windows, labels), rows sum to 1.
        targets: (windows,) index of the true label.
        recordings: (windows,) which recording each window is from.
        labels: names, in the order of the columns.
        vote: a recording's label is that of most of its windows, not that of their mean probabilities.

    Returns:
        dict with "windows" and "recordings", each {n, right, accuracy, majority (the accuracy of always predicting the
        most frequent label), confusion (rows targets, columns predictions), recall, precision, f1, roc_auc, pr_auc (by
        label, one against the others), and means over labels: balanced_accuracy, macro_precision ...}. A label without
        targets is left out; areas are None where there is only one label. And "chance" and "majority": the accuracy by
        window of guessing, and of always predicting the most frequent label.

    Raises:
        InputError: a probability is NaN: the training has diverged.
    """
    if not np.isfinite(probabilities).all():
        raise InputError("the model predicts NaN: the training has diverged; lower the learning rate of its recipe")
    _, first = np.unique(recordings, return_index=True)
    windows = _score(probabilities, targets, labels)
    return {
        "windows": windows,
        "recordings": _score(by_recording(probabilities, recordings, vote), targets[first], labels),
        "chance": 1 / len(labels),
        "majority": windows["majority"],
    }


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
    np.add.at(votes, (of, probabilities.argmax(axis=1)), 1)
    return (votes + means / 2) / (n + 0.5)  # half: a mean never outweighs a vote


def intervals(
    probabilities: np.ndarray,
    targets: np.ndarray,
    recordings: np.ndarray,
    groups: np.ndarray,
    labels: list[str],
    vote: bool = False,
    seed: int = 0,
) -> dict[str, Any]:
    """95 % bootstrap intervals of scores, over groups drawn with replacement.

    Args are those of `score`; groups: (windows,) the group each window is from.

    Returns:
        dict of "groups", their number, and "windows" and "recordings", each {accuracy, balanced_accuracy, macro_f1:
        [lowest, highest]}; both None where there is only one group, which says nothing about others.
    """
    _, first = np.unique(recordings, return_index=True)
    names, of = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return {"groups": len(names), "windows": None, "recordings": None}
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    units = {
        "windows": (probabilities.argmax(axis=1), targets, of),
        "recordings": (by_recording(probabilities, recordings, vote).argmax(axis=1), targets[first], of[first]),
    }
    found = {"groups": len(names)}
    for what, (predicted, right, group) in units.items():
        counts = np.zeros((len(names), len(labels), len(labels)))
        np.add.at(counts, (group, right, predicted), 1)
        confusions = (drawn @ counts.reshape(len(names), -1)).reshape(-1, len(labels), len(labels))
        rates = _rates(confusions)
        chosen = {name: rates[name] for name in ("accuracy", "balanced_accuracy", "macro_f1")}
        found[what] = {name: np.percentile(values, INTERVAL).tolist() for name, values in chosen.items()}
    return found


def _score(probabilities, targets, labels):
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), int)
    np.add.at(confusion, (targets, predicted), 1)
    present = np.flatnonzero(confusion.sum(axis=1))
    rates = _rates(confusion)

    def named(values):
        return {labels[i]: float(values[i]) for i in present}

    areas = _areas(probabilities, targets, present)
    return {
        "n": len(targets),
        "right": int(np.trace(confusion)),
        "accuracy": float(rates["accuracy"]),
        "majority": float(confusion.sum(axis=1).max() / len(targets)),
        "recall": named(rates["recall"]),
        "balanced_accuracy": float(rates["balanced_accuracy"]),
        "precision": named(rates["precision"]),
        "macro_precision": float(rates["macro_precision"]),
        "f1": named(rates["f1"]),
        "macro_f1": float(rates["macro_f1"]),
        **{name: values and named(values) for name, values in areas.items()},
        **{f"macro_{name}": values and float(np.mean(list(values.values()))) for name, values in areas.items()},
        "confusion": confusion.tolist(),
    }


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
