"""Score predictions, by piece and by recording, with chance beside them."""

import numpy as np

from Constants import InputError


def score(probabilities, truth, recordings, labels):
    """Compare probabilities with the truth.

    Args:
        probabilities: (pieces, labels), rows sum to 1.
        truth: (pieces,) index of the right label.
        recordings: (pieces,) which recording each piece is from.
        labels: names, in the order of the columns.

    Returns:
        dict with "pieces" and "recordings", each {n, right, accuracy, recall (by label), mean_recall, confusion (rows
        truth, columns prediction)}, and "chance" and "majority": what guessing and always saying the most frequent
        label would have right of the pieces.

    Raises:
        InputError: a probability is NaN: the training has diverged.
    """
    if not np.isfinite(probabilities).all():
        raise InputError("the model answers NaN: the training has diverged; lower the learning rate of its recipe")
    ids, first = np.unique(recordings, return_index=True)
    means = np.array([probabilities[recordings == i].mean(axis=0) for i in ids])
    return {
        "pieces": _score(probabilities, truth, labels),
        "recordings": _score(means, truth[first], labels),
        "chance": 1 / len(labels),
        "majority": float(np.bincount(truth).max() / len(truth)),
    }


def _score(probabilities, truth, labels):
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), int)
    np.add.at(confusion, (truth, predicted), 1)
    recall = np.diag(confusion) / np.maximum(1, confusion.sum(axis=1))
    present = confusion.sum(axis=1) > 0
    return {
        "n": len(truth),
        "right": int(np.trace(confusion)),
        "accuracy": float(np.trace(confusion) / len(truth)),
        "recall": {label: float(value) for label, value, there in zip(labels, recall, present, strict=True) if there},
        "mean_recall": float(recall[present].mean()),
        "confusion": confusion.tolist(),
    }
