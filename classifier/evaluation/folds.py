"""The recordings of a cross-validation, its folds, and the training of those that are missing."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classifier.core import registry
from classifier.core.console import say, warn
from classifier.core.errors import InputError
from classifier.data import multi_label_splits, negatives, splits
from classifier.data.audio_cache import AudioCache
from classifier.evaluation import cross_validation, fold_processes, recordings, teachers
from classifier.evaluation.config import EvaluationConfig
from classifier.evaluation.cross_validation import FoldTraining
from classifier.pretrained import weights
from classifier.records.config import RunConfig
from classifier.storage import mirror
from classifier.storage.locations import is_remote


@dataclass(frozen=True)
class Folds:
    """What is trained and tested.

    Attributes:
        run: what decides on the weights, its fold 0.
        models: files of classifier/models.
        labels: in the order of the outputs.
        stores: {sample rate in Hz: the decoded recordings}.
        splits: {fold: (clips,) array of splits}.
    """

    config: EvaluationConfig
    run: RunConfig
    models: list[str]
    labels: list[str]
    stores: dict[int, AudioCache]
    splits: dict[int, np.ndarray]

    @property
    def out(self) -> Path:
        """The folder of the results; of results at an address, its mirror."""
        return mirror.local_path(self.config.out)

    def store(self, model: str) -> AudioCache:
        """The recordings at the sample rate of a model."""
        return self.stores[self.run.audio_format(model).sample_rate]

    def plan(self, run: RunConfig | None = None) -> list[FoldTraining]:
        """The trainings of all models on all folds; run: another than its own."""
        return cross_validation.plan(self.models, self.splits, self.store(self.models[0]), run or self.run, self.out)

    def train(
        self, trainings: Sequence[FoldTraining], of: str = "trainings", may_fail: Sequence[FoldTraining] = ()
    ) -> list[FoldTraining]:
        """Train those that are not trained yet.

        Args:
            of: what they are, in words.
            may_fail: those that may; where another fails, that is an error.

        Returns:
            those that failed.
        """
        missing = []
        for training in trainings:
            about = self.store(training.model).fingerprint, self.labels
            if not cross_validation.is_trained(training, *about):
                missing.append(replace(training, resume=cross_validation.is_begun(training, *about)))
        jobs, scheduler = self.config.jobs or fold_processes.default_jobs(), self.config.scheduler
        where = f"on the workers of {scheduler}" if scheduler else f"up to {jobs} at once"
        say(f"{len(trainings)} {of}, {len(trainings) - len(missing)} done before, {where}")
        address = str(self.config.out) if is_remote(self.config.out) else None
        folders = {training.folder for training in may_fail}
        lenient = [one for one in missing if one.folder in folders]
        sent = weights.files(sorted({training.model for training in missing}))
        failed = fold_processes.train(missing, self.labels, jobs, scheduler, address, sent, lenient)
        for training in missing if scheduler else ():
            self._check_data_of_worker(training, failed)
        return [training for training in trainings if training.folder.resolve() in failed]

    def _check_data_of_worker(self, training: FoldTraining, failed: Container[Path]) -> None:
        about = self.store(training.model).fingerprint, self.labels
        if training.folder.resolve() not in failed and not cross_validation.is_trained(training, *about):
            raise InputError(
                f"{training.folder}: the worker that trained it read other recordings at {self.config.data} than lie "
                "there here; make them the same, delete the folder and run the same command again"
            )

    def taught(self, trainings: Sequence[FoldTraining]) -> list[FoldTraining]:
        """Trainings with the teacher of each, which is trained first where the person named a model."""
        given = self.config.teacher
        if not given:
            return list(trainings)
        if not teachers.is_model(given):
            return teachers.by_folder(trainings, *teachers.found(given))
        first, then = teachers.by_name(trainings, given)
        self.train(first, f"trainings of the teacher {given}")
        return then


def load(config: EvaluationConfig) -> Folds:
    """Find, label and decode the recordings, and deal their folds.

    Raises:
        InputError: the data cannot be read or split, or pretrained weights of the teacher are missing.
    """
    run = config.run_config()
    found = run.read_clips()
    wanted = registry.choose("models", config.model)
    teacher = [config.teacher] if config.teacher and teachers.is_model(config.teacher) else []
    weights.take(config.weights, weights.networks_of([*wanted, *teacher]))
    names = weights.ready(wanted, leave_out=True)
    weights.ready(teacher)
    chosen = run.negatives_chosen
    labels = negatives.label_order(found, config.labels, chosen)
    found = run.all_clips(found)
    rates = dict.fromkeys(run.audio_format(name).sample_rate for name in names)
    stores = {rate: recordings.read(found, config.data, rate, run.channel, config.duplicates) for rate in rates}
    first = next(iter(stores.values()))  # decoded at another rate, recordings are split the same way
    dealt = first.clips, first.contents, config.seed, chosen
    numbers = cross_validation.choose_folds(config.fold_numbers(), *dealt)
    fewer = multi_label_splits.fewer_folds(first.clips, first.contents) if config.multi_label else None
    for sentence in [*splits.untested(first.clips, numbers), *([fewer] if fewer else [])]:
        warn(sentence)
    return Folds(config, run, list(names), labels, stores, numbers)
