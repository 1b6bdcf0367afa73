"""What an evaluation found: by fold, over all folds, or of a trained model; written as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier.core import atomic_files
from classifier.inference.false_alarms import NegativesResult
from classifier.scoring import metrics
from classifier.scoring.metrics import Intervals, Scores
from classifier.scoring.thresholds import AlarmsAndMisses


@dataclass(frozen=True)
class EvaluationResult:
    """Scores of one model on all recordings it was tested on.

    Attributes:
        model: its name or path.
        labels: in the order of the outputs.
        recordings_by: "mean" or "vote": how the windows of a recording decide its label.
        scores: of all recordings together.
        intervals: of these scores.
    """

    model: str
    labels: list[str]
    recordings_by: str
    scores: Scores
    intervals: Intervals

    @property
    def title(self) -> str:
        """What a table calls it."""
        return self.model

    def fold_scores(self) -> list[Scores]:
        """The scores whose mean and spread a leaderboard shows."""
        return [self.scores]

    @property
    def n_folds(self) -> int:
        """How many folds were trained; 0 for a model that was trained before."""
        return 0


@dataclass(frozen=True)
class FoldResult:
    """One fold of a cross-validation.

    Attributes:
        fold: its number.
        folder: of the trained model.
        best_epoch: epoch whose weights were kept.
        groups_in_two_splits: number of groups that leak.
        scores: of the fold's test split.
    """

    fold: int
    folder: str
    best_epoch: int
    groups_in_two_splits: int
    scores: Scores


@dataclass(frozen=True)
class CrossValidationResult(EvaluationResult):
    """One architecture over all folds. Areas rank the windows of several folds' models together, as if of one model.

    Attributes:
        settings: the RunConfig that all folds share, its fold 0.
        split_by: who decided on the splits, as of splits.how.
        folds: the folds.
        false_alarms: {label: figures} at the thresholds of each fold.
        refitted: whether these are models that learned from train and validation, and not from train alone.
    """

    settings: dict
    split_by: str
    folds: list[FoldResult]
    false_alarms: dict[str, AlarmsAndMisses]
    refitted: bool = False

    @property
    def title(self) -> str:
        return f"{self.model}, refitted" if self.refitted else self.model

    def fold_scores(self) -> list[Scores]:
        return [fold.scores for fold in self.folds]

    @property
    def n_folds(self) -> int:
        return len(self.folds)


@dataclass(frozen=True)
class ModelTestResult(EvaluationResult):
    """One trained model on labelled recordings.

    Attributes:
        data: path or address of the recordings.
        overlap: share of a window that the next one repeats.
        seen_in_training: {"train": n, "validation": n} recordings that the model was trained or chosen with.
        negatives: false alarms in recordings without any of the labels; None where there were none to test.
        tested: path of the held-out model that was tested in its place, because the refit had heard recordings of the
            data; None where the model itself was.
    """

    data: str
    overlap: float
    seen_in_training: dict[str, int]
    negatives: NegativesResult | None
    tested: str | None = None


def scores_of(predictions: Mapping[str, np.ndarray], labels: list[str], vote: bool, seed: int) -> dict[str, Any]:
    """The fields of EvaluationResult, but for the model.

    Args:
        predictions: probabilities (windows, labels), targets (windows,), recordings (windows,) and groups (windows,).
        labels: in the order of the columns.
        vote: let the windows of a recording vote.
        seed: of the bootstrap.

    Raises:
        InputError: a probability is NaN.
    """
    of = [predictions[name] for name in ("probabilities", "targets", "recordings")]
    return {
        "labels": labels,
        "recordings_by": "vote" if vote else "mean",
        "scores": metrics.score(*of, labels, vote),
        "intervals": metrics.intervals(*of, predictions["groups"], labels, vote, seed),
    }


def spread(result: EvaluationResult, unit: str, name: str) -> tuple[float, float | None]:
    """Mean and standard deviation of a score over the folds of a result.

    Args:
        unit: "windows" or "recordings".
        name: of a score, such as "balanced_accuracy".

    Returns:
        (mean, standard deviation); the deviation is None where there is one fold, or none.
    """
    values = [getattr(scores.by(unit), name) for scores in result.fold_scores()]
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None


def write(result: EvaluationResult, path: Path) -> None:
    """Write a result as JSON; the file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(path) as fresh:
        fresh.write_text(json.dumps(asdict(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
