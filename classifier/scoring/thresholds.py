"""Per-label decision thresholds, chosen by their false alarms per hour.

A false alarm is a label predicted where there is nothing: in windows of a background label or of no label where there
are any, else in those of all other labels. (To take song for speech is an error that no threshold can prevent.) Runs of
windows are counted, not windows: ten seconds of coughing disturb once. Thresholds belong to the probabilities they were
chosen on; those of calibrated probabilities (calibration.temper) do not fit raw ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaincinv

from classifier.core.errors import InputError
from classifier.scoring import metrics
from Constants import SILENT_LABELS

BACKGROUND = (*SILENT_LABELS, "unknown")  # labels that an app does not report
NOTHING = -1  # target of a window in which none of the labels is heard
STEPS = 10_000  # thresholds tried, 0 to 0.9999: exact enough for float32, and short enough to read
SPARED = 0.05  # share of a label's recognised windows that may be lost to be safe from unknown sounds
UNPROVEN = 0.5  # lowest threshold of a label that was never recognised: it must be likelier than all others together
SLACK = 1e-3  # seconds that may lie between two windows that still touch
CONFIDENCE = 0.95  # of at_most_per_hour


@dataclass(frozen=True, kw_only=True)
class FalseAlarms:
    """How often a label is predicted where there is nothing.

    Attributes:
        false_alarms: how many.
        hours: in which they could be; what two windows share counts twice.
        false_alarms_per_hour: None without an hour.
        at_most_per_hour: upper CONFIDENCE limit of the true rate, if alarms are independent (Poisson); None likewise.
    """

    false_alarms: int
    hours: float
    false_alarms_per_hour: float | None
    at_most_per_hour: float | None


@dataclass(frozen=True, kw_only=True)
class AlarmsAndMisses(FalseAlarms):
    """False alarms of a label, and what is missed.

    A false alarm is a run of touching windows in which the label wrongly leads and reaches its threshold.

    Attributes:
        threshold: that was measured; None where several models have each their own.
        windows: of the label, but for those in which nothing is heard (metrics.heard).
        misses: the share of these in which it is not the most probable or stays below; None without any.
    """

    threshold: float | None
    windows: int
    misses: float | None


def background_of(negatives: str | None) -> tuple[str, ...]:
    """The background labels of a model; negatives: the label of the output that learned them, None where none did."""
    return (*BACKGROUND, negatives) if negatives else BACKGROUND


def with_negatives(
    predictions: Mapping[str, np.ndarray], negatives: Mapping[str, np.ndarray] | None
) -> Mapping[str, np.ndarray]:
    """Predictions with those of recordings of no label behind them, whose target is NOTHING.

    Args:
        predictions, negatives: as of `choose`, arrays of (windows, labels) and (windows,); None adds none.
    """
    if negatives is None:
        return predictions
    targets = np.full(len(negatives["targets"]), NOTHING)
    recordings = negatives["recordings"] + predictions["recordings"].max() + 1
    behind = {**negatives, "targets": targets, "recordings": recordings}
    return {name: np.concatenate([values, behind[name]]) for name, values in predictions.items()}


def choose(
    predictions: Mapping[str, np.ndarray],
    labels: Sequence[str],
    seconds: float,
    per_hour: float = 1.0,
    background: Sequence[str] = BACKGROUND,
) -> tuple[dict[str, float], dict[str, AlarmsAndMisses]]:
    """The lowest threshold of each label from which on no threshold has more than `per_hour` false alarms.

    ("From which on", because at a low threshold all alarms may have merged into one.) Minutes of background say little
    about an hour in the field, so a threshold is never lower than what costs SPARED of the label's own windows, or than
    UNPROVEN where none of them is recognised.

    Args:
        predictions: of the validation split, as of Artifact.predictions: probabilities, targets, recordings and starts
            of windows that touch; the last of a recording may begin earlier.
        labels: names, in the order of the columns.
        seconds: of a window.
        per_hour: false alarms of one label that are allowed in an hour in which there should be none.
        background: labels that need no threshold; where there are such windows, the others' false alarms are there.

    Returns:
        {label: threshold}, the largest one where none suffices; and what `measure` returns for them. Few hours prove
        little: see at_most_per_hour.
    """
    thresholds = {}
    steps = np.arange(STEPS) / STEPS
    for label in labels:
        if label not in background:
            false = _false(predictions, labels, label, background)
            hours = _hours_without(predictions, labels, label, seconds, background)
            allowed = per_hour * hours + 1e-9  # 1 / 49 * 49 is below 1
            too_many = np.flatnonzero(_runs(false, _touching(predictions, seconds), steps) > allowed)
            lowest = too_many[-1] + 1 if len(too_many) else 0
            lowest = max(lowest, int(_spared(predictions, labels.index(label)) * STEPS))
            thresholds[label] = float(steps[min(lowest, STEPS - 1)])
    return thresholds, measure(predictions, labels, seconds, thresholds, background)


def measure(
    predictions: Mapping[str, np.ndarray],
    labels: Sequence[str],
    seconds: float,
    thresholds: Mapping[str, float],
    background: Sequence[str] = BACKGROUND,
) -> dict[str, AlarmsAndMisses]:
    """The false alarms and misses of thresholds, on any split; on the validation split they look too good.

    Args are those of `choose`: arrays of (windows, labels) and (windows,).

    Returns:
        {label: what its threshold does}.
    """
    found = {}
    limits = in_order(thresholds, labels)
    decided = reached(predictions["probabilities"], limits)
    for label in thresholds:
        index = labels.index(label)
        false = _false(predictions, labels, label, background)
        n_runs = int(_runs(false, _touching(predictions, seconds), limits[index : index + 1])[0])
        own = (predictions["targets"] == index) & metrics.heard(predictions["probabilities"])
        found[label] = AlarmsAndMisses(
            threshold=thresholds[label],
            **rates(n_runs, _hours_without(predictions, labels, label, seconds, background)),
            windows=int(own.sum()),
            misses=float(np.mean(decided[own] != index)) if own.any() else None,
        )
    return found


def pooled(found: Sequence[dict[str, AlarmsAndMisses]]) -> dict[str, AlarmsAndMisses]:
    """The figures of several models together, each at its own thresholds and on its own recordings.

    Args:
        found: what `measure` returned for each, of the same labels.

    Returns:
        {label: the same, without a threshold}.
    """
    together = {}
    for label in found[0]:
        rows = [row[label] for row in found]
        windows = sum(row.windows for row in rows)
        missed = sum(row.windows * row.misses for row in rows if row.misses is not None)
        together[label] = AlarmsAndMisses(
            threshold=None,
            **rates(sum(row.false_alarms for row in rows), sum(row.hours for row in rows)),
            windows=windows,
            misses=missed / windows if windows else None,
        )
    return together


def decide(probabilities: np.ndarray, thresholds: Mapping[str, float], labels: Sequence[str]) -> list[int | None]:
    """The label of each window, or None.

    Args:
        probabilities: (windows, labels).
        thresholds: {label: threshold}; a label without one needs none.
        labels: names, in the order of the columns.

    Returns:
        (windows) list of the index of the most probable label, None where it stays below its threshold.

    Raises:
        InputError: a threshold is for an unknown label.
    """
    return [int(i) if i >= 0 else None for i in reached(probabilities, in_order(thresholds, labels))]


def of_recording(
    mean: np.ndarray, thresholds: Mapping[str, float], labels: Sequence[str], independent: bool = False
) -> list[str]:
    """The labels of a recording, the most probable first: at most one, or of independent ones all that reach theirs.

    Independent labels of which some have no threshold, as YAMNet's, are at most one too.

    Args:
        mean: (labels,) probabilities.
        thresholds, labels: as of `decide`.
        independent: whether each label has a probability of its own.
    """
    limits, values = in_order(thresholds, labels), np.asarray(mean, "float64")
    if independent and thresholds.keys() >= set(labels):
        order = np.argsort(-values, kind="stable")
        return [labels[i] for i in order if values[i] > 0 and values[i] >= limits[i]]
    best = int(reached(values[None], limits)[0])
    return [labels[best]] if best >= 0 else []


def answered(
    predictions: dict[str, np.ndarray], thresholds: Mapping[str, float], labels: Sequence[str]
) -> tuple[int, int, int]:
    """How many recordings get a label, for how many of these it is the right one, and how many there are.

    A recording gets its most probable label, by the mean over its windows, where that reaches its threshold. As for
    whoever asks the model, windows in which nothing is heard do not count.

    Args:
        predictions: as of Artifact.predictions: (windows, labels) probabilities, (windows,) targets and recordings.
        thresholds, labels: as of `decide`.
    """
    _, first = np.unique(predictions["recordings"], return_index=True)
    found = reached(_means(predictions), in_order(thresholds, labels))
    return int((found >= 0).sum()), int((found == predictions["targets"][first]).sum()), len(found)


def answered_by_several(
    predictions: dict[str, np.ndarray], thresholds: Mapping[str, float], labels: Sequence[str]
) -> tuple[int, int, int]:
    """How many recordings get a label, how many have one, and how many there are; args are those of `answered`.

    A recording gets each label that reaches its threshold by the mean. targets: (windows, labels) of 0 and 1.
    """
    means = _means(predictions)
    have = metrics.by_recording(predictions["targets"], predictions["recordings"]).any(axis=1)
    return int((means >= in_order(thresholds, labels)).any(axis=1).sum()), int(have.sum()), len(have)


def _means(predictions):
    """(recordings, labels) mean over the windows in which something is heard, 0 where there is none of these."""
    probabilities, recordings = predictions["probabilities"], predictions["recordings"]
    ids, heard = np.unique(recordings), metrics.heard(probabilities)
    means = np.zeros((len(ids), probabilities.shape[1]))
    means[np.isin(ids, recordings[heard])] = metrics.by_recording(probabilities[heard], recordings[heard])
    return means


def in_order(thresholds: Mapping[str, float], labels: Sequence[str]) -> np.ndarray:
    """(labels,) thresholds, 0 for a label without one.

    Raises:
        InputError: a threshold is for an unknown label.
    """
    for label in thresholds:
        if label not in labels:
            raise InputError(f"there is a threshold for {label!r}, but the model knows only {', '.join(labels)}")
    return np.array([thresholds.get(label, 0.0) for label in labels])


def reached(probabilities: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """(windows,) index of the most probable label of (windows, labels), -1 where it stays below its threshold.

    It is -1 also where all are 0: digital silence, in a model without a label for silence.

    limits: (labels,) as of `in_order`.
    """
    probabilities = np.asarray(probabilities, "float64")  # float32 would round the threshold before comparing
    best = probabilities.argmax(axis=1)
    highest = probabilities.max(axis=1)
    return np.where((highest >= limits[best]) & (highest > 0), best, -1)


def _false(predictions, labels, label, background):
    """(windows,) by recording and start: the label's probability where it wrongly leads, -1 elsewhere."""
    probabilities, index = np.asarray(predictions["probabilities"], "float64"), labels.index(label)
    wrong = (reached(probabilities, np.zeros(len(labels))) == index) & _without(predictions, labels, label, background)
    return np.where(wrong, probabilities[:, index], -1.0)[_order(predictions)]


def _order(predictions):
    return np.lexsort((predictions["starts"], predictions["recordings"]))


def _touching(predictions, seconds):
    """(windows - 1,) by recording and start: whether a window and the next belong together."""
    order = _order(predictions)
    same = np.diff(predictions["recordings"][order]) == 0
    return same & (np.diff(predictions["starts"][order]) <= seconds + SLACK)


def _runs(false, touching, thresholds):
    """How many runs reach each threshold: the windows that do, less the touching pairs of which both do."""
    pairs = np.where(touching, np.minimum(false[1:], false[:-1]), -1.0)
    windows, both = (len(values) - np.searchsorted(np.sort(values), thresholds) for values in (false, pairs))
    return windows - both


def _spared(predictions, index):
    """The probability below which SPARED of the recognised windows of a label stay, UNPROVEN without any."""
    probabilities = np.asarray(predictions["probabilities"], "float64")
    recognised = (predictions["targets"] == index) & (reached(probabilities, np.zeros(probabilities.shape[1])) == index)
    own = np.sort(probabilities[recognised, index])
    return own[int(SPARED * len(own))] if len(own) else UNPROVEN


def _without(predictions, labels, label, background):
    """(windows,) whether predicting the label there is a false alarm."""
    nothing = [NOTHING, *(i for i, name in enumerate(labels) if name in background)]
    has_nothing = len(nothing) > 1 or NOTHING in predictions["targets"]
    return np.isin(predictions["targets"], nothing) if has_nothing else predictions["targets"] != labels.index(label)


def _hours_without(predictions, labels, label, seconds, background):
    return float(np.sum(_without(predictions, labels, label, background)) * seconds / 3600)


def rates(n: int, hours: float) -> dict[str, Any]:
    """The fields of FalseAlarms for n alarms."""
    return {
        "false_alarms": n,
        "hours": hours,
        "false_alarms_per_hour": n / hours if hours else None,
        "at_most_per_hour": float(gammaincinv(n + 1, CONFIDENCE)) / hours if hours else None,
    }
