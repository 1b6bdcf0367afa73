"""Scores of a model that knows what is normal: its threshold, false alarms, and the areas under its ROC curve."""

import math
from dataclasses import dataclass

import numpy as np

from classifier.scoring import confidence

THRESHOLD = 0.5  # the score that the threshold is at
FEW_ALARMS = 0.1  # largest false-alarm rate of the partial area, as in the DCASE challenges
DRAWS = 1000
INTERVAL = (2.5, 97.5)  # percentiles


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What the test split says of a threshold. Intervals are at 95 %, and count groups.

    Attributes:
        normal_windows, false_alarms: how many there are, and how many of them reach the threshold.
        normal_groups: that these are of.
        rate: false_alarms of normal_windows, and its interval.
        normal_recordings, abnormal_recordings: how many there are.
        detected: abnormal recordings whose mean score reaches the threshold.
        auc: area under the ROC curve of recordings; None without abnormal ones.
        partial_auc: the same up to FEW_ALARMS, standardised: 0.5 is chance, 1 is perfect.
        auc_interval, partial_auc_interval: from groups that were drawn; None where there are too few.
    """

    normal_windows: int
    false_alarms: int
    normal_groups: int
    rate: float
    rate_interval: tuple[float, float]
    normal_recordings: int
    abnormal_recordings: int
    detected: int
    auc: float | None = None
    partial_auc: float | None = None
    auc_interval: tuple[float, float] | None = None
    partial_auc_interval: tuple[float, float] | None = None


def threshold(distances: np.ndarray, groups: np.ndarray, rate: float) -> tuple[float, bool]:
    """The distance that at most a share of normal windows reaches, if windows of other groups are like these.

    A conformal quantile in which each group counts as one, as windows of a group are alike, and a group to come counts
    as beyond all (Dunn, Wasserman & Ramdas, J. American Statistical Association 118, 2022, "pooling CDFs").

    Args:
        distances: (windows,) of normal windows that were not learned from.
        groups: (windows,) whose they are.
        rate: the share, between 0 and 1.

    Returns:
        The quantile, or just above the largest distance where there are too few groups for one; and whether there are
        enough groups to prove the rate: 19 for 0.05.
    """
    _, of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(distances, kind="stable")
    below = np.cumsum(1 / sizes[of[order]]) / (len(sizes) + 1)
    place = min(int(np.searchsorted(below, 1 - rate - 1e-9)), len(distances) - 1)
    chosen = np.float32(distances[order[place]])
    return float(np.nextafter(chosen, np.float32(np.inf))), len(sizes) >= groups_needed(rate)


def groups_needed(rate: float) -> int:
    """How many groups it takes until the largest distance of all has a chance of at most `rate` to be exceeded."""
    return math.ceil(1 / rate - 1 - 1e-9)


def measure(scores: np.ndarray, abnormal: np.ndarray, recordings: np.ndarray, groups: np.ndarray) -> Detection:
    """What a model's scores of the test split say.

    Args:
        scores: (windows,) in [0, 1].
        abnormal: (windows,) bool.
        recordings: (windows,) index of the recording.
        groups: (windows,) name of the group.
    """
    ids, first, of = np.unique(recordings, return_index=True, return_inverse=True)
    means = np.bincount(of, scores) / np.bincount(of)
    is_abnormal, group = abnormal[first], groups[first]
    false = int(np.sum(scores[~abnormal] >= THRESHOLD))
    n_normal, n_groups = int(np.sum(~abnormal)), len(np.unique(groups[~abnormal]))
    rate = false / n_normal
    some, several = bool(is_abnormal.any()), n_groups > 1
    ends = intervals(means, is_abnormal, group) if some and several else {}
    return Detection(
        normal_windows=n_normal,
        false_alarms=false,
        normal_groups=n_groups,
        rate=rate,
        rate_interval=confidence.interval(rate, n_groups),
        normal_recordings=int(np.sum(~is_abnormal)),
        abnormal_recordings=int(np.sum(is_abnormal)),
        detected=int(np.sum(means[is_abnormal] >= THRESHOLD)),
        auc=area(means, is_abnormal) if some else None,
        partial_auc=area(means, is_abnormal, FEW_ALARMS) if some else None,
        auc_interval=ends.get("auc"),
        partial_auc_interval=ends.get("partial_auc"),
    )


def area(scores: np.ndarray, abnormal: np.ndarray, most: float | None = None) -> float:
    """The area under the ROC curve.

    Args:
        scores: (n,).
        abnormal: (n,) bool, both values in it.
        most: only up to this false-alarm rate, standardised so that 0.5 is chance (McClish).
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(abnormal, scores, max_fpr=most))


def intervals(
    scores: np.ndarray, abnormal: np.ndarray, groups: np.ndarray, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """{"auc", "partial_auc": 95 % interval}, over groups drawn with replacement.

    Args:
        scores, abnormal, groups: (recordings,).
    """
    names, of = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(of == i) for i in range(len(names))]
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {"auc": [], "partial_auc": []}
    for _ in range(DRAWS):
        chosen = np.concatenate([members[i] for i in random.integers(0, len(names), len(names))])
        if abnormal[chosen].any() and not abnormal[chosen].all():
            drawn["auc"].append(area(scores[chosen], abnormal[chosen]))
            drawn["partial_auc"].append(area(scores[chosen], abnormal[chosen], FEW_ALARMS))
    ends = {name: np.percentile(values, INTERVAL).tolist() for name, values in drawn.items()}
    return {name: (lowest, highest) for name, (lowest, highest) in ends.items()}
