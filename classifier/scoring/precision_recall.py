"""Precision-recall curves of each label, where several labels may be right at once."""

from collections.abc import Mapping, Sequence

import numpy as np

from classifier.scoring import multi_label


def curves(
    probabilities: np.ndarray, targets: np.ndarray, labels: Sequence[str]
) -> dict[str, list[tuple[float, float]]]:
    """{label: (recall, precision) at each threshold, by recall} of the labels that some window has."""
    from sklearn.metrics import precision_recall_curve

    found = {}
    for i, label in enumerate(labels):
        if targets[:, i].any():
            precision, recall, _ = precision_recall_curve(targets[:, i], probabilities[:, i])
            found[label] = list(zip(recall[::-1].tolist(), precision[::-1].tolist(), strict=True))
    return found


def operating_points(
    probabilities: np.ndarray, targets: np.ndarray, labels: Sequence[str], thresholds: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """{label: (recall, precision) at its threshold} of the labels that some window has, and that are reported."""
    said = multi_label.decided(probabilities, labels, thresholds)
    rates = multi_label.rates_of(said, targets)
    pairs = zip(labels, rates["recall"].tolist(), rates["precision"].tolist(), strict=True)
    wanted = targets.any(axis=0) & said.any(axis=0)
    return {
        label: (recall, precision)
        for (label, recall, precision), is_wanted in zip(pairs, wanted, strict=True)
        if is_wanted
    }
