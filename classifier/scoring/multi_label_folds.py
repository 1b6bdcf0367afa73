"""Scores over folds where several labels may be right at once: mean, spread and interval of each.

The windows of two folds are of two models, so they are not ranked together: each fold is scored, and the mean counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.scoring.metrics import INTERVAL
from classifier.scoring.multi_label import MultiLabelScores


@dataclass(frozen=True, kw_only=True)
class OverFolds:
    """A score over folds.

    Attributes:
        mean: over the folds that have it.
        sd: standard deviation over these; None where there is one.
        interval: 95 % of the mean, over groups drawn within each fold; None where a fold has too few of them.
        chance: the mean of what guessing gives; None where this says nothing.
    """

    mean: float
    sd: float | None
    interval: list[float] | None = None
    chance: float | None = None


@dataclass(frozen=True, kw_only=True)
class FoldsScores:
    """What all folds say together.

    Attributes:
        mean_average_precision: with its interval and that of guessing.
        lwlrap, macro_f1, micro_f1: as of MultiLabelScores; lwlrap is None where no window has a label.
        average_precision: {label: likewise}; a label that no fold tests is left out.
        precision, recall, f1: {label: likewise, at the thresholds that the validation split of each fold chose}.
    """

    mean_average_precision: OverFolds
    lwlrap: OverFolds | None
    macro_f1: OverFolds
    micro_f1: OverFolds
    average_precision: dict[str, OverFolds]
    precision: dict[str, OverFolds]
    recall: dict[str, OverFolds]
    f1: dict[str, OverFolds]


def gather(folds: Sequence[MultiLabelScores], drawn: Sequence[np.ndarray]) -> FoldsScores:
    """The scores over folds.

    Args:
        folds: the scores of each.
        drawn: of each fold (draws, labels) average precisions, as of multi_label.drawn_precisions.
    """
    labels = list(folds[0].labels)
    of_folds = np.ma.masked_invalid(np.stack(drawn))  # (folds, draws, labels); a draw may lack a label
    of_labels = of_folds.mean(axis=0).filled(np.nan)
    precisions, tested_by = {}, {}
    for i, label in enumerate(labels):
        tested = [of for fold in folds if (of := fold.labels[label]).average_precision is not None]
        if tested:
            values, chances = [of.average_precision for of in tested], [of.chance for of in tested]
            is_drawn = all(of.interval for of in tested)
            precisions[label] = _over(values, _interval(of_labels[:, i]) if is_drawn else None, chances)
            tested_by[label] = tested
    rankings = [fold.lwlrap for fold in folds if fold.lwlrap is not None]
    at_thresholds = {
        name: {label: _over([getattr(of, name) for of in tested]) for label, tested in tested_by.items()}
        for name in ("precision", "recall", "f1")
    }
    return FoldsScores(
        mean_average_precision=_over(
            [fold.mean_average_precision for fold in folds],
            _interval(of_folds.mean(axis=2).mean(axis=0).filled(np.nan))
            if all(fold.interval for fold in folds)
            else None,
            [fold.chance for fold in folds],
        ),
        lwlrap=_over(rankings) if rankings else None,
        macro_f1=_over([fold.macro_f1 for fold in folds]),
        micro_f1=_over([fold.micro_f1 for fold in folds]),
        average_precision=precisions,
        **at_thresholds,
    )


def _over(values, interval=None, chances=()):
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
    chance = float(np.mean(chances)) if chances else None
    return OverFolds(mean=float(np.mean(values)), sd=sd, interval=interval, chance=chance)


def _interval(values):
    some = values[~np.isnan(values)]
    return np.percentile(some, INTERVAL).tolist() if len(some) else None
