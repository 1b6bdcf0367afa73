"""What an evaluation found: by fold, over all folds, or of a trained model; written as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from classifier.audio.windows import Cut
from classifier.core import atomic_files, typed_json
from classifier.data.label_map import Matched
from classifier.evaluation.sources import SourceScores
from classifier.inference.false_alarms import NegativesResult
from classifier.records.config import RunConfig
from classifier.scoring import metrics
from classifier.scoring.learning_curve import LearningCurve
from classifier.scoring.metrics import Intervals, Scores
from classifier.scoring.thresholds import AlarmsAndMisses

BY_SOURCE = "_by_source"  # ends the names of the files of such an evaluation
SEARCHED = "_searched"  # likewise, of recipes that a search has found
REFITTED = "_refit"  # likewise, of models that learned from train and validation
CHOSEN_FOR_FOLDS = ("group_by", "folds_by", "ignore_folds", "seed")  # settings that say only what the folds are


@dataclass(frozen=True)
class EvaluationResult:
    """Scores of one model on all recordings it was tested on.

    Attributes:
        model: its name or path.
        labels: in the order of the outputs.
        recordings_by: "mean" or "vote": how the windows of a recording decide its label.
        scores: of all recordings together.
        intervals: of these scores.
        overlap, crops: how the recordings were cut into windows, as of Cut.
        units: what was decided on by its windows: "recordings", or "parts" of them.
    """

    model: str
    labels: list[str]
    recordings_by: str
    scores: Scores
    intervals: Intervals
    overlap: float = field(default=0.0, kw_only=True)
    crops: int | None = field(default=None, kw_only=True)
    units: str = field(default="recordings", kw_only=True)

    @property
    def cut(self) -> Cut:
        """How the recordings were cut into windows."""
        return Cut(self.overlap, self.crops)

    @property
    def title(self) -> str:
        """What a table calls it."""
        return ", ".join(filter(None, [self.model, str(self.cut)]))

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
        source: that tests, where each fold is a source.
    """

    fold: int
    folder: str
    best_epoch: int
    groups_in_two_splits: int
    scores: Scores
    source: str | None = None


@dataclass(frozen=True)
class SearchRecord:
    """What a search for a recipe found (search.search).

    Attributes:
        recipes: how many were tried for each fold, and as many for all recordings; the first is the model's own.
        trainings: that this took.
        failed: recipes of which a training failed.
        of_folds: {fold: the values that were chosen without its test split}; the scores are of these.
        chosen: the values that were chosen with all recordings; {} is the model's own recipe.
        file: name of the file that holds them.
        score_inside: balanced accuracy on the inner folds that chose these values: it flatters them.
        own_score_inside: that of the model's own recipe.
    """

    recipes: int
    trainings: int
    failed: int
    of_folds: dict[str, dict[str, Any]]
    chosen: dict[str, Any]
    file: str
    score_inside: float
    own_score_inside: float


@dataclass(frozen=True)
class CrossValidationResult(EvaluationResult):
    """One architecture over all folds. Areas rank the windows of several folds' models together, as if of one model.

    Where each fold is a source, a fold may lack labels: then the scores of all folds together count, not their mean.

    Attributes:
        settings: the RunConfig that all folds share, its fold 0.
        split_by: who decided on the splits, as of splits.how.
        folds: the folds.
        false_alarms: {label: figures} at the thresholds of each fold.
        fingerprint: of the recordings.
        sources: recall of each source and label; [] where folds are not of sources.
        learning_curve: where one was asked for.
        refitted: whether these are models that learned from train and validation, and not from train alone.
        search: where the recipe of each fold was searched for.
    """

    settings: dict
    split_by: str
    folds: list[FoldResult]
    false_alarms: dict[str, AlarmsAndMisses]
    fingerprint: str = ""
    sources: list[SourceScores] = field(default_factory=list)
    learning_curve: LearningCurve | None = None
    refitted: bool = False
    search: SearchRecord | None = None

    @property
    def title(self) -> str:
        teacher = self.settings.get("teacher")
        taught = f", taught by {teacher}" if teacher else ""
        refitted = "refitted" if self.refitted else ""
        searched = f"best of {self.search.recipes} recipes" if self.search else ""
        return ", ".join(filter(None, [f"{self.model}{taught}", searched, refitted, str(self.cut)]))

    @property
    def stem(self) -> str:
        """Of the names of its files: folds by group and by source, held-out and refitted may lie in one folder."""
        return self._stem(bool(self.sources))

    def _stem(self, by_source):
        cut = f"_{self.cut}".replace(" ", "_") if str(self.cut) else ""
        searched = SEARCHED if self.search else ""
        return f"{self.model}{BY_SOURCE if by_source else ''}{searched}{REFITTED if self.refitted else ''}{cut}"

    def fold_scores(self) -> list[Scores]:
        if self.sources:
            return [self.scores]
        return [fold.scores for fold in self.folds]

    @property
    def n_folds(self) -> int:
        return len(self.folds)


@dataclass(frozen=True)
class ModelTestResult(EvaluationResult):
    """One trained model on labelled recordings.

    Attributes:
        data: path or address of the recordings.
        seen_in_training: {"train": n, "validation": n} recordings that the model was trained or chosen with.
        negatives: false alarms in recordings without any of the labels; None where there were none to test.
        tested: path of the held-out model that was tested in its place, because the refit had heard recordings of the
            data; None where the model itself was.
        groups: {label: groups of its recordings}.
        matched: which labels of the data are tested, and what is left out; None where all are.
        notes: which file was run, and what is odd about it.
    """

    data: str
    seen_in_training: dict[str, int]
    negatives: NegativesResult | None
    tested: str | None = None
    groups: dict[str, int] = field(default_factory=dict)
    matched: Matched | None = None
    notes: list[str] = field(default_factory=list)


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


def write(result: Any, path: Path) -> None:
    """Write a result, a dataclass, as JSON; the file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(path) as fresh:
        fresh.write_text(json.dumps(asdict(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def beside(result: CrossValidationResult, out: Path) -> CrossValidationResult | None:
    """What an earlier evaluation says of the same model over the other kind of folds: by group, or by source.

    Returns:
        None where there was none in that folder, or one of other recordings, labels or training.
    """
    path = out / f"{result._stem(not result.sources)}.json"
    try:
        other = typed_json.parse(CrossValidationResult, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # none, or of an older version
        return None
    if bool(other.sources) == bool(result.sources):
        return None
    return other if _compared(other) == _compared(result) else None


def _compared(result):
    usual = asdict(RunConfig(data=""))  # what a version before a flag did is what the flag's default does
    chosen = {name: value for name, value in result.settings.items() if value != usual.get(name)}
    settings = {name: value for name, value in chosen.items() if name not in CHOSEN_FOR_FOLDS}
    return result.model, result.labels, result.fingerprint, settings, result.cut
