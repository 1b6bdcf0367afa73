"""Score predictions, by window and by recording, with chance beside them and with how sure the numbers are.

Windows of one group rise and fall together: an interval over windows promises more than the data knows, so groups are
drawn, not windows.
"""

import numpy as np

from classifier.core.errors import InputError

DRAWS = 2000  # of groups; the ends of a 95 % interval then move by about 0.1 % from seed to seed
SURE = (2.5, 97.5)  # percentiles


def score(probabilities, targets, recordings, labels, vote=False):
    """Compare probabilities with the truth.

    Args:
        probabilities: (windows, labels), rows sum to 1.
        truth: (windows,) index of the right label.
        recordings: (windows,) which recording each window is from.
        labels: names, in the order of the columns.
        vote: a recording is what most of its windows are, instead of what the mean of their probabilities is.

    Returns:
        dict with "windows" and "recordings", each {n, right, accuracy, majority (the accuracy of always saying the most
        frequent label), confusion (rows truth, columns prediction), recall, precision, f1, roc_auc, pr_auc (by label,
        one against the others), and means over labels: balanced_accuracy, macro_precision ...}. A label that is
        not tested is left out; areas are None where only one label is. And "chance" and "majority": what guessing and
        always saying the most frequent label would have right of the windows.

    Raises:
        InputError: a probability is NaN: the training has diverged.
    """
    if not np.isfinite(probabilities).all():
        raise InputError("the model answers NaN: the training has diverged; lower the learning rate of its recipe")
    _, first = np.unique(recordings, return_index=True)
    windows = _score(probabilities, targets, labels)
    return {
        "windows": windows,
        "recordings": _score(by_recording(probabilities, recordings, vote), targets[first], labels),
        "chance": 1 / len(labels),
        "majority": windows["majority"],
    }


def by_recording(probabilities, recordings, vote=False):
    """(recordings, labels) rows that sum to 1, in the order of np.unique: the mean over the windows, or the vote.

    Votes that are equal are decided by the mean.
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


def intervals(probabilities, targets, recordings, groups, labels, vote=False, seed=0):
    """How far scores may be off: 95 % bootstrap intervals over groups, drawn with replacement.

    Arguments are score's; groups: (windows,) who or where each window is from.

    Returns:
        dict of "groups", how many, and "windows" and "recordings", each {accuracy, balanced_accuracy, macro_f1:
        [lowest, highest]}; None in place of both where there is only one group, which says nothing of the next.
    """
    _, first = np.unique(recordings, return_index=True)
    names, of = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return {"groups": len(names), "windows": None, "recordings": None}
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    split_names = {
        "windows": (probabilities.argmax(axis=1), targets, of),
        "recordings": (by_recording(probabilities, recordings, vote).argmax(axis=1), targets[first], of[first]),
    }
    found = {"groups": len(names)}
    for what, (predicted, right, group) in split_names.items():
        counts = np.zeros((len(names), len(labels), len(labels)))
        np.add.at(counts, (group, right, predicted), 1)
        confusions = (drawn @ counts.reshape(len(names), -1)).reshape(-1, len(labels), len(labels))
        rates = _rates(confusions)
        chosen = {name: rates[name] for name in ("accuracy", "balanced_accuracy", "macro_f1")}
        found[what] = {name: np.percentile(values, SURE).tolist() for name, values in chosen.items()}
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
    """Rates of confusion matrices (..., labels, labels): by label, and their means over the labels that are tested."""
    true, said = confusion.sum(axis=-1), confusion.sum(axis=-2)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    by_label = {
        "recall": hits / np.maximum(1, true),
        "precision": hits / np.maximum(1, said),
        "f1": 2 * hits / np.maximum(1, true + said),
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
