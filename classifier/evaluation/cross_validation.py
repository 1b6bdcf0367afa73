"""Cross-validation: which folds there are, which need training, and what all of them say together.

A fold that is there already, of the same data, settings and recipe, is not trained again: a killed run goes on.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from classifier.core.errors import InputError
from classifier.data import splits
from classifier.data.audio_cache import AudioCache
from classifier.data.layouts import Clip, folder_of
from classifier.data.negatives import Negatives
from classifier.data.negatives_split import split
from classifier.evaluation.results import CrossValidationResult, FoldResult, scores_of
from classifier.records import artifact
from classifier.records.config import RunConfig
from classifier.records.recipe import Recipe, fine_tuning_for, recipe_for
from classifier.scoring import metrics, thresholds
from classifier.training.command import training_command


@dataclass(frozen=True)
class FoldTraining:
    """One model to train on one fold.

    Attributes:
        model: a file of classifier/models.
        out: folder that the folder of the model is made in.
        config: what decides on its weights.
        split: {"train", "validation", "test": names of the recordings}.
    """

    model: str
    config: RunConfig
    out: Path
    split: Mapping[str, list[str]]

    @property
    def folder(self) -> Path:
        """The folder of the trained model."""
        return self.out / self.model

    @property
    def fold(self) -> int:
        """The number of the fold that tests."""
        return self.config.fold

    def command(self, labels: Path) -> list[str]:
        """The command that trains it; labels: file with one label per line."""
        return training_command(self.model, self.out, {**asdict(self.config), "labels": labels, "overwrite": True})


def choose_folds(
    wanted: Sequence[int] | None,
    clips: Sequence[Clip],
    contents: Sequence[str],
    seed: int,
    negatives: Negatives | None = None,
) -> dict[int, np.ndarray]:
    """The folds of a data set, each with the split of every clip.

    Args:
        wanted: numbers; None: all. Where the data set itself names the test split, all are one.
        clips: as of negatives_split.split.
        contents: (clips,) hash of each clip's samples.
        seed: of negatives_split.split.
        negatives: which of them are.

    Returns:
        {fold: (clips,) array of "train", "validation" and "test"}.

    Raises:
        InputError: there is no such fold, or one cannot be trained.
    """
    if wanted is not None:
        return {fold: split(clips, contents, fold, seed, negatives) for fold in wanted}
    found, tested = {}, set()
    while True:
        try:
            split_names = split(clips, contents, len(found), seed, negatives)
        except splits.NoFoldError:
            return found
        test = tuple(np.flatnonzero(split_names == "test"))
        if test in tested:
            return found
        tested.add(test)
        found[len(found)] = split_names


def plan(
    models: Sequence[str],
    folds: Mapping[int, np.ndarray],
    store: AudioCache,
    config: RunConfig,
    out: Path,
) -> list[FoldTraining]:
    """The trainings of some models on some folds, in `<out>/fold_<k>/<model>/`.

    Args:
        folds: {fold: (clips,) array of splits}, of `choose_folds`.
    """
    folder = folder_of(config.data)
    names = [clip.name(folder) for clip in store.clips]
    trainings = []
    for fold, model in itertools.product(folds, models):
        split = {
            split_name: [name for name, where in zip(names, folds[fold], strict=True) if where == split_name]
            for split_name in splits.SPLITS
        }
        trainings.append(FoldTraining(model, replace(config, fold=fold), Path(out) / f"fold_{fold}", split))
    return trainings


def is_trained(training: FoldTraining, fingerprint: str, labels: Sequence[str]) -> bool:
    """Whether the folder of a training holds its result: same data, split, settings, recipe and labels.

    Args:
        fingerprint: of the store of the recordings.
        labels: in the order of the outputs.
    """
    if not (training.folder / artifact.RUN).is_file():
        return False
    try:
        trained = artifact.load(training.folder)
        trained.predictions("test")
    except InputError:
        return False
    held = trained.record
    same = held.data.fingerprint == fingerprint and held.labels == labels and held.config == training.config
    same = same and all(held.split.names(split_name) == names for split_name, names in training.split.items())
    return same and (held.recipe, held.fine_tuning) == _recipes(training)


def _recipes(training: FoldTraining) -> tuple[Recipe, Recipe | None]:
    return recipe_for(training.model, training.config), fine_tuning_for(training.model, training.config)


def gather(
    trainings: Sequence[FoldTraining], store: AudioCache, vote: bool = False, seed: int = 0
) -> CrossValidationResult:
    """Score the folds of one model, each by itself and all together.

    Args:
        trainings: of one model; all are trained.
        store: the recordings.
        vote: let the windows of a recording vote on its label.
        seed: of the bootstrap intervals.
    """
    folder = folder_of(trainings[0].config.data)
    group_of = {clip.name(folder): clip.group for clip in store.clips}
    folds, all_predictions, alarms = [], [], []
    for training in trainings:
        trained = artifact.load(training.folder)
        predictions = trained.predictions("test")
        alarms.append(trained.record.alarms)
        names = np.array(trained.record.split.test)[predictions["recordings"]]
        predictions["groups"] = np.array([group_of[name] for name in names])
        predictions["recordings"] = np.array([f"{training.fold} {name}" for name in names])
        all_predictions.append(predictions)
        of_fold = [predictions[name] for name in ("probabilities", "targets", "recordings")]
        folds.append(
            FoldResult(
                fold=training.fold,
                folder=str(training.folder),
                best_epoch=trained.record.best_epoch,
                groups_in_two_splits=len(trained.record.split.groups_in_two_splits),
                scores=metrics.score(*of_fold, trained.labels, vote),
            )
        )
    together = {name: np.concatenate([each[name] for each in all_predictions]) for name in all_predictions[0]}
    return CrossValidationResult(
        model=trainings[0].model,
        settings=asdict(replace(trainings[0].config, fold=0)),
        split_by=splits.how(store.clips),
        folds=folds,
        false_alarms=thresholds.pooled(alarms),
        **scores_of(together, trained.labels, vote, seed),
    )
