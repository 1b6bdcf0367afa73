"""Cross-validation where several labels may be right at once: train on every fold, score each, and all together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from classifier.data import splits
from classifier.data.audio_cache import AudioCache
from classifier.evaluation import cross_validation, folds, results
from classifier.evaluation.config import EvaluationConfig
from classifier.evaluation.cross_validation import FoldTraining
from classifier.records import artifact
from classifier.scoring import multi_label, multi_label_folds
from classifier.scoring.multi_label import MultiLabelScores
from classifier.scoring.multi_label_folds import FoldsScores
from classifier.storage import mirror


@dataclass(frozen=True)
class MultiLabelFold:
    """One fold.

    Attributes:
        fold, folder, best_epoch, groups_in_two_splits: as of results.FoldResult.
        thresholds: {label: that the validation split chose}.
        scores: of the fold's test split.
    """

    fold: int
    folder: str
    best_epoch: int
    groups_in_two_splits: int
    thresholds: dict[str, float]
    scores: MultiLabelScores


@dataclass(frozen=True)
class MultiLabelResult:
    """One architecture over all folds.

    Attributes:
        model: its name.
        labels: in the order of the outputs.
        settings, split_by, fingerprint, refitted: as of results.CrossValidationResult.
        groups: of the recordings that were tested.
        scores: over the folds.
        folds: the folds.
    """

    model: str
    labels: list[str]
    settings: dict
    split_by: str
    fingerprint: str
    refitted: bool
    groups: int
    scores: FoldsScores
    folds: list[MultiLabelFold]

    @property
    def title(self) -> str:
        """What a table calls it."""
        return f"{self.model}, refitted" if self.refitted else self.model

    @property
    def stem(self) -> str:
        """Of the names of its files."""
        return f"{self.model}{results.REFITTED if self.refitted else ''}"


def evaluate(config: EvaluationConfig) -> list[MultiLabelResult]:
    """Evaluate all models of a config; each result is `<stem>.json` in `mirror.local_path(config.out)`.

    Raises:
        InputError: the data cannot be read or split, or a training failed.
    """
    mirror.updated_for_writing(config.out)  # an error now, and not after the trainings
    task = folds.load(config)
    planned = task.plan()
    task.train(planned)
    found = []
    for name in task.models:
        of_model = [training for training in planned if training.model == name]
        for refitted in (False,) if config.no_refit else (False, True):
            found.append(gather(of_model, task.store(name), config.seed, refitted))
    for result in found:
        results.write(result, mirror.local_path(config.out) / f"{result.stem}.json")
    return found


def gather(
    trainings: Sequence[FoldTraining], store: AudioCache, seed: int = 0, refitted: bool = False
) -> MultiLabelResult:
    """Score the folds of one model; arguments are those of cross_validation.gather."""
    predictions = cross_validation.predictions_of(trainings, store, refitted)
    scored, drawn = [], []
    for training in trainings:
        record = artifact.load(training.folder).record
        here = predictions["folds"] == training.fold
        probabilities, targets, groups = (predictions[name][here] for name in ("probabilities", "targets", "groups"))
        drawn.append(multi_label.drawn_precisions(probabilities, targets, groups, seed))
        scored.append(
            MultiLabelFold(
                fold=training.fold,
                folder=str(training.folder),
                best_epoch=record.best_epoch,
                groups_in_two_splits=len(record.split.groups_in_two_splits),
                thresholds=record.thresholds,
                scores=multi_label.measure(
                    probabilities, targets, record.labels, record.thresholds, groups, drawn=drawn[-1]
                ),
            )
        )
    return MultiLabelResult(
        model=trainings[0].model,
        labels=record.labels,
        settings=asdict(replace(trainings[0].config, fold=0)),
        split_by=splits.how(store.clips),
        fingerprint=store.fingerprint,
        refitted=refitted,
        groups=len(np.unique(predictions["groups"])),
        scores=multi_label_folds.gather([fold.scores for fold in scored], drawn),
        folds=scored,
    )
