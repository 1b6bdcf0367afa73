"""Cross-validation: which folds there are, which need training, and what all of them say together.

A fold that is there already, of the same data, settings and recipe, is not trained again: a killed run goes on.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from classifier.audio.windows import Cut
from classifier.core.errors import InputError
from classifier.data import negatives_split, splits
from classifier.data.audio_cache import AudioCache
from classifier.data.layouts import Clip, folder_of, units_of
from classifier.data.negatives import Negatives
from classifier.evaluation import crops, sources
from classifier.evaluation.results import CrossValidationResult, FoldResult, scores_of
from classifier.inference.clip_predictions import TOUCHING
from classifier.records import artifact, teachers
from classifier.records.config import RunConfig
from classifier.records.recipe import Recipe, fine_tuning_for, recipe_for
from classifier.records.refit import NONE
from classifier.scoring import metrics, thresholds
from classifier.training import unfinished
from classifier.training.command import training_command


@dataclass(frozen=True)
class FoldTraining:
    """One model to train on one fold.

    Attributes:
        model: a file of classifier/models.
        out: folder that the folder of the model is made in.
        config: what decides on its weights.
        split: {"train", "validation", "test": names of the recordings}.
        resume: go on where it was killed.
        teacher: the teacher as the person named it; its config names the folder of this fold's.
    """

    model: str
    config: RunConfig
    out: Path
    split: Mapping[str, list[str]]
    resume: bool = False
    teacher: str | None = None

    @property
    def folder(self) -> Path:
        """The folder of the trained model."""
        return self.out / self.model

    @property
    def fold(self) -> int:
        """The number of the fold that tests."""
        return self.config.fold

    @property
    def title(self) -> str:
        """What it is, for messages."""
        share = f", {self.config.train_share:.1%} of the groups" if self.config.train_share else ""
        outside = "" if self.config.outside_fold is None else f" outside fold {self.config.outside_fold}"
        return f"{self.model}, fold {self.fold}{outside}{share}"

    def command(self, labels: Path) -> list[str]:
        """The command that trains it; labels: file with one label per line."""
        flags = {"labels": labels, "overwrite": True, "resume": self.resume}
        return training_command(self.model, self.out, {**asdict(self.config), **flags})


def choose_folds(
    wanted: Sequence[int] | None,
    clips: Sequence[Clip],
    contents: Sequence[str],
    seed: int,
    negatives: Negatives | None = None,
    share: float | None = None,
    outside: int | None = None,
) -> dict[int, np.ndarray]:
    """The folds of a data set, each with the split of every clip.

    Args:
        wanted: numbers; None: all. Where the data set itself names the test split, all are one.
        clips: as of negatives_split.split.
        contents: (clips,) hash of each clip's samples.
        seed, negatives, share: of negatives_split.split.
        outside: a fold whose test split is left out, as of negatives_split.outside.

    Returns:
        {fold: (clips,) array of "train", "validation" and "test"}.

    Raises:
        InputError: there is no such fold, one cannot be trained, or two that are wanted test the same clips.
    """
    found: dict[int, np.ndarray] = {}
    fold_of: dict[bytes, int] = {}  # of what it tests
    for fold in itertools.count() if wanted is None else wanted:
        try:
            split_names = negatives_split.outside(clips, contents, outside, fold, seed, negatives, share)
        except splits.NoFoldError as error:
            if wanted is None:
                break
            raise splits.NoFoldError(*error.args[:3], flag="--folds") from None
        same = fold_of.setdefault((split_names == "test").tobytes(), fold)
        if same != fold:
            if wanted is None:
                break
            raise InputError(f"--folds: fold {fold} tests the same recordings as fold {same}; leave it out")
        found[fold] = split_names
    return found


def plan(
    models: Sequence[str],
    folds: Mapping[int, np.ndarray],
    store: AudioCache,
    config: RunConfig,
    out: Path,
) -> list[FoldTraining]:
    """The trainings of models on folds, in `<out>/fold_<k>/<model>/`, or `source_<k>` where sources are left out.

    Args:
        folds: {fold: (clips,) array of splits}, of `choose_folds`.
    """
    trainings = []
    for fold, model in itertools.product(folds, models):
        split = splits.named(store.clips, folds[fold], folder_of(config.data))
        name = f"{'source' if config.folds_by else 'fold'}_{fold}"
        name += f"_share_{config.train_share:g}" if config.train_share else ""
        trainings.append(FoldTraining(model, replace(config, fold=fold), Path(out) / name, split))
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
        if training.config.refit != NONE:
            trained.refit_predictions()
    except InputError:
        return False
    held = trained.record
    config = replace(held.config, refit=NONE) if training.config.refit == NONE else held.config  # heldout/ is enough
    same = held.data.fingerprint == fingerprint and held.labels == labels and config == training.config
    same = same and all(held.split.names(split_name) == names for split_name, names in training.split.items())
    return same and (held.recipe, held.fine_tuning) == _recipes(training) and _is_same_teacher(held, training.config)


def _is_same_teacher(held, config):
    """Whether what taught a student is what is in its teacher's folder now."""
    if not config.teacher:
        return True
    taught = [held.teacher, *([held.refit.teacher] if held.refit and config.refit != NONE else [])]
    now = teachers.fingerprint(config.teacher)
    return all(of is not None and of.fingerprint == now for of in taught)


def is_begun(training: FoldTraining, fingerprint: str, labels: Sequence[str]) -> bool:
    """Whether a training was killed in a way that it can go on; arguments are those of `is_trained`."""
    states = unfinished.begun(training.out, training.model).values()
    now = unfinished.identity_of(training.model, training.config, fingerprint, labels)
    now = {**now, **unfinished.split_of(training.split)}
    refits = {about["run"].get("refit", training.config.refit) for about in states}
    runs = [{name: value for name, value in about["run"].items() if name != "refit"} for about in states]
    return bool(runs) and all({**now, **run} == {**run, **now} for run in runs) and refits == {training.config.refit}


def _recipes(training: FoldTraining) -> tuple[Recipe, Recipe | None]:
    return recipe_for(training.model, training.config), fine_tuning_for(training.model, training.config)


def gather(
    trainings: Sequence[FoldTraining],
    store: AudioCache,
    vote: bool = False,
    seed: int = 0,
    refitted: bool = False,
    cut: Cut = TOUCHING,
) -> CrossValidationResult:
    """Score the folds of one model, each by itself and all together.

    Args:
        trainings: of one model; all are trained.
        store: the recordings.
        vote: let the windows of a recording vote on its label.
        seed: of the bootstrap intervals.
        refitted: score the models that learned from train and validation, and not those that learned from train.
        cut: how recordings are cut into the windows that are scored; false alarms are of windows that touch.
    """
    folds, alarms, of_folds = [], [], []
    for training in trainings:
        trained = artifact.load(training.folder)
        predictions = _tested(trained, refitted)
        with_negatives = thresholds.with_negatives(predictions, trained.negatives("test", refitted))
        about = trained.labels, trained.audio_format.seconds, trained.record.thresholds, trained.record.background
        alarms.append(thresholds.measure(with_negatives, *about))
        predictions = predictions if cut == TOUCHING else crops.tested(trained, store, cut, refitted)
        of_folds.append(predictions)
        of_fold = [predictions[name] for name in ("probabilities", "targets", "recordings")]
        folds.append(
            FoldResult(
                fold=training.fold,
                folder=str(training.folder),
                best_epoch=trained.record.best_epoch,
                groups_in_two_splits=len(trained.record.split.groups_in_two_splits),
                scores=metrics.score(*of_fold, trained.labels, vote),
                source=trained.record.split.source,
            )
        )
    together = _together(trainings, of_folds, store)
    return CrossValidationResult(
        model=trainings[0].model,
        settings=asdict(replace(trainings[0].config, fold=0, teacher=trainings[0].teacher)),
        split_by=splits.how(store.clips),
        folds=folds,
        false_alarms=thresholds.pooled(alarms),
        fingerprint=store.fingerprint,
        sources=sources.scores(together, trained.labels, vote, seed) if trainings[0].config.folds_by else [],
        refitted=refitted,
        overlap=cut.overlap,
        crops=cut.crops,
        units=units_of(clip.name(folder_of(trainings[0].config.data)) for clip in store.clips),
        **scores_of(together, trained.labels, vote, seed),
    )


def predictions_of(
    trainings: Sequence[FoldTraining], store: AudioCache, refitted: bool = False
) -> dict[str, np.ndarray]:
    """The predictions of some trained folds of one model on their test splits, together.

    Args:
        refitted: as of `gather`.

    Returns:
        probabilities (windows, labels), targets, starts, and recordings, groups, sources and folds (windows,).
    """
    of_folds = [_tested(artifact.load(training.folder), refitted) for training in trainings]
    return _together(trainings, of_folds, store)


def _together(trainings, of_folds, store):
    """The predictions of all folds, as of `predictions_of`."""
    clip_of = clips_by_name(store, trainings[0].config)
    found = []
    for training, of_fold in zip(trainings, of_folds, strict=True):
        predictions = dict(of_fold)
        names = np.array(artifact.load(training.folder).record.split.test)[predictions["recordings"]]
        predictions["groups"] = np.array([clip_of[name].group for name in names])
        predictions["sources"] = np.array([clip_of[name].source or sources.NEGATIVES for name in names])
        predictions["recordings"] = np.array([f"{training.fold} {name}" for name in names])
        predictions["folds"] = np.full(len(names), training.fold)
        found.append(predictions)
    return {name: np.concatenate([each[name] for each in found]) for name in found[0]}


def _tested(trained, refitted):
    """The predictions of the refitted model, or of the held-out one, on the test split."""
    return trained.refit_predictions() if refitted else trained.predictions("test")


def clips_by_name(store: AudioCache, config: RunConfig) -> dict[str, Clip]:
    """{name, as a split's record has it: clip}."""
    folder = folder_of(config.data)
    return {clip.name(folder): clip for clip in store.clips}
