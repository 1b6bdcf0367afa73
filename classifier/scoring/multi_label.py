"""Scores where several labels may be right at once: average precision, lwlrap, F1 at thresholds, with intervals.

Windows of one group are not independent: for intervals, whole groups are drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.scoring import metrics
from classifier.scoring.metrics import INTERVAL, Scores, UnitScores, by_recording
from classifier.scoring.thresholds import UNPROVEN

DRAWS = 500  # of groups; scikit-learn ranks all windows again for each
LEAST = 0.01  # threshold: the probabilities of digital silence are 0


@dataclass(frozen=True, kw_only=True)
class LabelScores:
    """How well one label is found in the windows of the test split.

    Attributes:
        windows: that have it.
        chance: their share, which is the average precision of guessing.
        average_precision: None where no window has it.
        interval: 95 % of average_precision; None where there are too few groups.
        precision, recall, f1: at the threshold that validation chose.
    """

    windows: int
    chance: float
    average_precision: float | None
    interval: list[float] | None
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True)
class MultiLabelScores:
    """How well the labels are found in the windows of the test split.

    Attributes:
        windows, groups: how many there are.
        mean_average_precision: over the labels that some window has.
        interval: 95 % of it; None where there are too few groups.
        chance: the mean average precision of guessing: the mean share of positives.
        lwlrap: label-weighted label-ranking average precision; None where no window has a label.
        macro_f1, micro_f1: at the thresholds; the mean over the labels, and of all decisions together.
        labels: {label: its scores}.
    """

    windows: int
    groups: int
    mean_average_precision: float
    interval: list[float] | None
    chance: float
    lwlrap: float | None
    macro_f1: float
    micro_f1: float
    labels: dict[str, LabelScores]


def average_precisions(probabilities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(labels,) average precision of each label; NaN where no window has it.

    Args:
        probabilities: (windows, labels). targets: (windows, labels) of 0 and 1.
    """
    from sklearn.metrics import average_precision_score  # takes a second to load

    columns = zip(targets.T, probabilities.T, strict=True)
    return np.array([average_precision_score(*column) if column[0].any() else np.nan for column in columns])


def mean_average_precision(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """The mean of `average_precisions` over the labels that some window has; 0 without any.

    Args are those: (windows, labels) each.
    """
    found = average_precisions(probabilities, targets)
    return 0.0 if np.isnan(found).all() else float(np.nanmean(found))


def precision_of_units(
    probabilities: np.ndarray, targets: np.ndarray, recordings: np.ndarray, labels: Sequence[str]
) -> tuple[float, float]:
    """The mean average precision (of windows, of recordings); args are those of `score`."""
    _, first = np.unique(recordings, return_index=True)
    of_recordings = by_recording(probabilities, recordings), targets[first]
    return mean_average_precision(probabilities, targets), mean_average_precision(*of_recordings)


def choose_thresholds(probabilities: np.ndarray, targets: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    """{label: threshold} with the highest F1 in windows of the validation split; arrays are (windows, labels).

    It lies between two probabilities that were predicted; of a label that no window has, it is UNPROVEN.
    """
    return {label: _threshold(probabilities[:, i], targets[:, i]) for i, label in enumerate(labels)}


def _threshold(probabilities, targets):
    if not targets.any():
        return UNPROVEN
    values, first = np.unique(np.asarray(probabilities, "float64"), return_index=False, return_inverse=True)
    positives = np.bincount(first, targets, len(values))[::-1].cumsum()[::-1]  # that reach each value
    chosen = np.bincount(first, minlength=len(values))[::-1].cumsum()[::-1]
    best = int(np.argmax(2 * positives / (chosen + targets.sum())))
    below = values[best - 1] if best else 0.0
    return float(max(LEAST, round((below + values[best]) / 2, 6)))


def decided(probabilities: np.ndarray, labels: Sequence[str], thresholds: Mapping[str, float]) -> np.ndarray:
    """(windows, labels) bool, whether each label reaches its threshold."""
    return np.asarray(probabilities, "float64") >= [thresholds[label] for label in labels]


def measure(
    probabilities: np.ndarray,
    targets: np.ndarray,
    labels: Sequence[str],
    thresholds: Mapping[str, float],
    groups: np.ndarray,
    drawn: np.ndarray | None = None,
) -> MultiLabelScores:
    """Compare predictions of windows with their labels.

    Args:
        probabilities: (windows, labels). targets: (windows, labels) of 0 and 1.
        labels: in the order of the columns.
        groups: (windows,) the group of each.
        drawn: as of `drawn_precisions`; None: they are drawn here.
    """
    metrics.check(probabilities)
    precisions = average_precisions(probabilities, targets)
    drawn = drawn_precisions(probabilities, targets, groups) if drawn is None else drawn
    of_labels, of_mean = intervals_of(drawn, groups_with(targets, groups))
    rates = rates_of(decided(probabilities, labels, thresholds), targets)
    positives = targets.sum(axis=0, dtype=int)
    has_some = positives > 0
    found = {
        label: LabelScores(
            windows=int(positives[i]),
            chance=float(targets[:, i].mean()),
            average_precision=float(precisions[i]) if has_some[i] else None,
            interval=of_labels[i],
            **{name: float(values[i]) for name, values in rates.items()},
        )
        for i, label in enumerate(labels)
    }
    both = rates_of(decided(probabilities, labels, thresholds).reshape(-1, 1), targets.reshape(-1, 1))
    return MultiLabelScores(
        windows=len(targets),
        groups=len(np.unique(groups)),
        mean_average_precision=mean_average_precision(probabilities, targets),
        interval=of_mean,
        chance=float(targets.mean(axis=0)[has_some].mean()) if has_some.any() else 0.0,
        lwlrap=lwlrap(probabilities, targets),
        macro_f1=float(rates["f1"][has_some].mean()) if has_some.any() else 0.0,
        micro_f1=float(both["f1"][0]),
        labels=found,
    )


def lwlrap(probabilities: np.ndarray, targets: np.ndarray) -> float | None:
    """Label-weighted label-ranking average precision; None where no window has a label.

    Args are those of `average_precisions`: (windows, labels) each.

    Source: Fonseca, Plakal, Font, Ellis & Serra, Audio tagging with noisy labels and minimal supervision, DCASE 2019.
    """
    from sklearn.metrics import label_ranking_average_precision_score

    n_labels = targets.sum(axis=1)
    heard = n_labels > 0
    if not heard.any():
        return None
    weights = n_labels[heard]
    return float(label_ranking_average_precision_score(targets[heard], probabilities[heard], sample_weight=weights))


def score(
    probabilities: np.ndarray,
    targets: np.ndarray,
    recordings: np.ndarray,
    labels: list[str],
    thresholds: Mapping[str, float],
) -> Scores:
    """What metrics.score says of windows with one label, by scikit-learn's definitions for several.

    `accuracy` is the share of windows whose labels are all right (exact match), `majority` that of the most frequent
    set of labels, `balanced_accuracy` the mean over the labels of recall and specificity, `pr_auc` the average
    precision; there is no confusion matrix.

    Args are those of `measure`; recordings: (windows,) which recording each window is from.
    """
    metrics.check(probabilities)
    _, first = np.unique(recordings, return_index=True)
    windows = _unit(probabilities, targets, labels, thresholds)
    of_recordings = _unit(by_recording(probabilities, recordings), targets[first], labels, thresholds)
    return Scores(windows=windows, recordings=of_recordings, chance=0.5 ** len(labels), majority=windows.majority)


def _unit(probabilities, targets, labels, thresholds):
    from sklearn.metrics import roc_auc_score

    said, is_right = decided(probabilities, labels, thresholds), targets.astype(bool)
    rates = rates_of(said, targets)
    specificity = (~said & ~is_right).sum(axis=0) / np.maximum(1, (~is_right).sum(axis=0))
    present = np.flatnonzero(is_right.any(axis=0))
    precisions = average_precisions(probabilities, targets)
    both = [i for i in present if not is_right[:, i].all()]
    areas = {labels[i]: float(roc_auc_score(is_right[:, i], probabilities[:, i])) for i in both}
    whole = (said == is_right).all(axis=1)

    def named(values):
        return {labels[i]: float(values[i]) for i in present}

    def mean(values):
        return float(np.mean(values[present])) if len(present) else 0.0

    return UnitScores(
        n=len(targets),
        right=int(whole.sum()),
        accuracy=float(whole.mean()),
        majority=float(np.unique(targets, axis=0, return_counts=True)[1].max() / len(targets)),
        recall=named(rates["recall"]),
        balanced_accuracy=mean((rates["recall"] + specificity) / 2),
        precision=named(rates["precision"]),
        macro_precision=mean(rates["precision"]),
        f1=named(rates["f1"]),
        macro_f1=mean(rates["f1"]),
        roc_auc=areas or None,
        pr_auc=named(precisions) or None,
        macro_roc_auc=float(np.mean(list(areas.values()))) if areas else None,
        macro_pr_auc=mean_average_precision(probabilities, targets) if len(present) else None,
        confusion=[],
    )


def as_decisions(predictions: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Each label of each window as a decision between no and yes: what calibration.calibrate takes.

    Returns:
        dict of probabilities (windows * labels, 2) and targets (windows * labels,).
    """
    yes = predictions["probabilities"].reshape(-1)
    return {"probabilities": np.stack([1 - yes, yes], axis=1), "targets": predictions["targets"].reshape(-1)}


def rates_of(said: np.ndarray, targets: np.ndarray) -> dict[str, np.ndarray]:
    """{"precision", "recall", "f1": (labels,)} of (windows, labels) decisions."""
    hits = (said & (targets > 0)).sum(axis=0)
    n_said, true = said.sum(axis=0), targets.sum(axis=0, dtype=int)
    return {
        "precision": hits / np.maximum(1, n_said),
        "recall": hits / np.maximum(1, true),
        "f1": 2 * hits / np.maximum(1, n_said + true),
    }


def drawn_precisions(probabilities: np.ndarray, targets: np.ndarray, groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """(DRAWS, labels) average precisions, each of as many groups as there are, drawn with replacement; NaN as there.

    Args are those of `measure`.
    """
    names, of = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(of == i) for i in range(len(names))]
    random, drawn = np.random.default_rng(seed), []
    for _ in range(DRAWS):
        rows = np.concatenate([members[i] for i in random.integers(len(names), size=len(names))])
        drawn.append(average_precisions(probabilities[rows], targets[rows]))
    return np.array(drawn)


def groups_with(targets: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(labels,) of how many groups some window has the label; args are those of `measure`."""
    return np.array([len(np.unique(groups[column > 0])) for column in targets.T])


def intervals_of(drawn: np.ndarray, n_groups: np.ndarray) -> tuple[list[list[float] | None], list[float] | None]:
    """The 95 % intervals of the labels, and that of their mean; None where fewer than two groups have a label.

    Args:
        drawn: (draws, labels), as of `drawn_precisions`.
        n_groups: (labels,) as of `groups_with`.
    """
    of_labels = [
        np.nanpercentile(column, INTERVAL).tolist() if n > 1 else None
        for column, n in zip(drawn.T, n_groups, strict=True)
    ]
    if max(n_groups, default=0) < 2:
        return of_labels, None
    some = drawn[~np.isnan(drawn).all(axis=1)]
    return of_labels, np.percentile(np.nanmean(some, axis=1), INTERVAL).tolist()
