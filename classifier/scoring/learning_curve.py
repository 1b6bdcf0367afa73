"""Recall against recordings to learn from, and what twice as many would bring.

Source: Hestness et al., arXiv 1712.00409: the share of errors falls as a power of the amount of data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2000  # of folds, and of groups in them
INTERVAL = (2.5, 97.5)  # percentiles
LEAST_SIZES = 3  # two points lie on any line
LEAST_UNITS = 5  # groups: draws from fewer say little of others
ALL = "balanced accuracy"


@dataclass(frozen=True)
class LearningPoint:
    """What is known of one amount of recordings.

    Attributes:
        share: of the groups to learn from.
        recordings: {label: to learn from, mean over the folds}.
        balanced_accuracy: of the test windows of all folds.
        interval: 95 % of it; None where there is one group.
        recall: {label: of the test windows of all folds}.
        recall_intervals: {label: 95 % of it}; a label whose windows are of one group is left out.
    """

    share: float
    recordings: dict[str, float]
    balanced_accuracy: float
    interval: tuple[float, float] | None
    recall: dict[str, float]
    recall_intervals: dict[str, tuple[float, float]]

    def mean_recordings(self) -> float:
        """Recordings per label, mean over the labels."""
        return float(np.mean(list(self.recordings.values())))


@dataclass(frozen=True)
class Forecast:
    """What twice as many recordings would bring.

    Attributes:
        recordings: twice the most that were learned from, per label.
        value: recall, or balanced accuracy, that the power law gives; None where it cannot be said.
        interval: 95 % of it.
        why_not: why it cannot be said; "" where it can.
    """

    recordings: float
    value: float | None
    interval: tuple[float, float] | None
    why_not: str


@dataclass(frozen=True)
class LearningCurve:
    """points: from the fewest recordings to the most. forecasts: {ALL or a label: of twice as many as the most}."""

    points: list[LearningPoint]
    forecasts: dict[str, Forecast]


def learning_curve(
    shares: Sequence[float],
    recordings: Sequence[dict[str, float]],
    right: np.ndarray,
    n: np.ndarray,
    fold_of: np.ndarray,
    seed: int = 0,
) -> LearningCurve:
    """The curve of some sizes, tested on the same windows.

    Intervals are from folds, and groups in them, drawn with replacement: the same draws for all sizes.

    Args:
        shares: (sizes,) rising.
        recordings: (sizes,) {label: to learn from}, all with the same labels.
        right: (sizes, units, labels) test windows that are right; a unit is a group in a fold.
        n: (units, labels) test windows.
        fold_of: (units,) fold of each unit.
    """
    labels = list(recordings[0])
    tested = np.flatnonzero(n.sum(axis=0))
    recall = right.sum(axis=1) / np.maximum(1, n.sum(axis=0))
    drawn = _drawn_recalls(right, n, fold_of, seed)
    of_all, drawn_of_all = recall[:, tested].mean(axis=1), drawn[:, :, tested].mean(axis=2)
    units = np.sum(n > 0, axis=0)
    points = [
        LearningPoint(
            share=share,
            recordings=recordings[i],
            balanced_accuracy=float(of_all[i]),
            interval=_interval(drawn_of_all[:, i], len(n)),
            recall={labels[k]: float(recall[i, k]) for k in tested},
            recall_intervals={labels[k]: found for k in tested if (found := _interval(drawn[:, i, k], units[k]))},
        )
        for i, share in enumerate(shares)
    ]
    sizes = np.array([[of[label] for label in labels] for of in recordings])
    least = 0.5 / n.sum(axis=0)[tested]  # errors that no test of so many windows would show
    forecasts = {ALL: forecast(sizes.mean(axis=1), of_all, drawn_of_all, len(n), float(least.mean()))}
    for k, floor in zip(tested, least, strict=True):
        forecasts[labels[k]] = forecast(sizes[:, k], recall[:, k], drawn[:, :, k], int(units[k]), float(floor))
    return LearningCurve(points, forecasts)


def forecast(sizes: np.ndarray, values: np.ndarray, drawn: np.ndarray, n_units: int, floor: float) -> Forecast:
    """What a power law, errors = a * recordings ** -b, says of twice the largest size.

    Args:
        sizes: (sizes,) recordings per label, rising.
        values: (sizes,) recalls.
        drawn: (draws, sizes) the same of each draw; NaN where a draw says nothing.
        n_units: groups that were drawn from.
        floor: share of errors that counts as none.
    """
    twice = 2 * float(sizes[-1])

    def unknown(why: str) -> Forecast:
        return Forecast(twice, None, None, why)

    if len(set(sizes)) < LEAST_SIZES:
        return unknown(f"it needs at least {LEAST_SIZES} sizes")
    if values[-1] >= 1 - floor:
        return unknown("all is right already")
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    if n_units < LEAST_UNITS or len(drawn) < DRAWS / 2 or np.ptp(drawn, axis=0).max() < 1e-9:
        return unknown(f"{n_units} groups to test are too few")
    slopes, offsets = _fitted(sizes, drawn, floor)
    if np.percentile(slopes, INTERVAL[0]) <= 0:
        return unknown("no rise is seen that may not be chance")
    slope, offset = _fitted(sizes, values[None], floor)
    said = 1 - np.exp(offset[0] - slope[0] * np.log(twice))
    lowest, highest = np.percentile(1 - np.exp(offsets - slopes * np.log(twice)), INTERVAL)
    return Forecast(twice, float(said), (float(lowest), float(highest)), "")


def _fitted(sizes, values, floor):
    """(rows,) b and log a of each row of (rows, sizes) values."""
    x, y = np.log(sizes), np.log(np.maximum(1 - values, floor))
    x_from_mean = x - x.mean()
    slopes = -(y @ x_from_mean) / np.sum(x_from_mean**2)
    return slopes, y.mean(axis=1) + slopes * x.mean()


def _drawn_recalls(right, n, fold_of, seed):
    """(draws, sizes, labels) recalls of folds and groups drawn with replacement; NaN where a label was not drawn."""
    random = np.random.default_rng(seed)
    folds, of = np.unique(fold_of, return_inverse=True)
    weights = np.zeros((DRAWS, len(fold_of)))
    for fold in range(len(folds)):
        units = np.flatnonzero(of == fold)
        weights[:, units] = random.multinomial(len(units), np.full(len(units), 1 / len(units)), DRAWS)
    times = random.multinomial(len(folds), np.full(len(folds), 1 / len(folds)), DRAWS)
    weights *= times[:, of]
    counted = weights @ n
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack([(weights @ of_size) / counted for of_size in right], axis=1)


def _interval(drawn, n_units):
    """95 % of values drawn; None where there is one unit to draw from, or where most draws say nothing."""
    drawn = drawn[np.isfinite(drawn)]
    if n_units < 2 or len(drawn) < DRAWS / 2:
        return None
    lowest, highest = np.percentile(drawn, INTERVAL)
    return float(lowest), float(highest)
