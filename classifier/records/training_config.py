"""What a person decides about a training, with what does not decide on the weights."""

import argparse
import math
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

from classifier.core import disk, places, registry
from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data import negatives as data_negatives
from classifier.data.label_lists import of_each
from classifier.data.labels import read_labels
from classifier.records import auto, one_class
from classifier.records.config import RunConfig
from classifier.records.recipe import given
from classifier.records.team import Team
from classifier.storage.locations import absolute, is_remote
from Constants import TRAINED

SPACE = 200_000_000  # bytes that must be free where models are written; the largest of the zoo takes half of that


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(RunConfig):
    """A RunConfig, and what does not decide on the weights.

    Attributes:
        models: files of classifier/models.
        leave_out: leave out models whose pretrained network cannot be had, in place of an error.
        weights: a file of published weights that the person has downloaded.
        labels: a file with the labels in the order of the outputs; None: labels.txt where it fits, else sorted.
        trained: folder that holds the trained models.
        resume: go on where the same training was killed.
        overwrite: replace what is in a model's folder, whatever its labels and data are, and keep nothing of it.
        cache: keep the decoded recordings for the next run.
        team: the processes that train together; None: one alone.
        max_minutes: in which all models are trained, refit included; None: it takes as long as it takes.
    """

    models: tuple[str, ...] = ("signal", "mel")
    leave_out: bool = False
    weights: Path | None = None
    labels: Path | None = None
    trained: Path = TRAINED
    resume: bool = False
    overwrite: bool = False
    cache: bool = True
    team: Team | None = None
    max_minutes: float | None = None

    @classmethod
    def from_args(cls, args: argparse.Namespace) -> "TrainingConfig":
        """The config of the flags of TrainModel.py, after all checks that need no TensorFlow.

        Raises:
            InputError: a flag names what is not there, flags contradict each other, the labels differ from the data,
                or the disk is full.
        """
        noise = args.background_noise
        models = registry.choose("models", ",".join(auto.CANDIDATES) if args.model == auto.AUTO else args.model)
        as_given = {field.name: getattr(args, field.name) for field in fields(RunConfig) if field.name not in CONVERTED}
        config = cls(
            **{**as_given, **one_class.decided(args, models)},
            data=str(absolute(args.data or clips.default_data())),
            background_noise=str(noise.resolve()) if noise else None,
            recipe=given(args.recipe),
            negatives=absolute_folders(args.negatives),
            start=str(args.start) if args.start else None,
            teacher=str(_trained_folder(args.teacher, args.trained)) if args.teacher else None,
            models=tuple(models),
            leave_out=args.model in ("all", auto.AUTO),
            weights=args.weights,
            labels=args.labels,
            trained=args.trained,
            resume=args.resume,
            overwrite=args.overwrite,
            cache=not args.no_cache,
            team=Team.from_flags(args.coordinator, args.processes, args.process),
            max_minutes=args.max_minutes,
        )
        config = auto.fitting(config) if args.model == auto.AUTO else config
        config.check()
        return config

    def run_config(self) -> RunConfig:
        """The part of it that decides on the weights."""
        return RunConfig(**{field.name: getattr(self, field.name) for field in fields(RunConfig)})

    def check(self) -> None:
        """Look at the data, the labels and the disk.

        Raises:
            InputError: as `from_args`.
        """
        if self.background_noise:
            clips.of_background_noise(self.background_noise)
        if self.labels:
            read_labels(self.labels)
        self._check_time()
        self._check_teacher()
        if self.multi_label and self.team:
            raise InputError("--multi-label is for a training in one process: leave out --coordinator")
        chosen, known = self.negatives_chosen, set()
        if not is_remote(self.data):  # an address is looked at when it is fetched
            found = self.read_clips()
            known = set(of_each(found))
            if self.normal is None:
                data_negatives.check_labels(found, self.labels, chosen)
        if chosen:
            chosen.check(known)
        for model in self.models:
            self.check_model(model)
        places.check_writable(self.trained, "name another folder with --trained")
        there = disk.nearest(self.trained)
        if (free := shutil.disk_usage(there).free) < SPACE:
            raise InputError(
                f"{there} has {free / 1e6:.0f} MB free, and {SPACE / 1e6:.0f} are needed to write models; make room, "
                "or name another folder with --trained"
            )

    def _check_time(self) -> None:
        if self.max_minutes is None:
            return
        if not 0 < self.max_minutes < math.inf:
            raise InputError(f"--max-minutes {self.max_minutes:g}: give minutes, more than 0")
        if self.team:
            raise InputError("--max-minutes is for a training in one process: leave out --coordinator")

    def _check_teacher(self) -> None:
        if not self.teacher:
            return
        if self.team:
            raise InputError("--teacher is for a training in one process: leave out --coordinator")
        for model in self.models:
            if (self.trained / model).resolve() == Path(self.teacher):
                raise InputError(
                    f"--teacher {self.teacher}: the student would take its place; name another folder with --trained"
                )


CONVERTED = ("data", "background_noise", "recipe", "negatives", "start", "teacher")  # that flags hold in another form


def absolute_folders(given: str | None) -> str | None:
    """What --negatives names, with absolute paths."""
    return ",".join(map(str, data_negatives.folders_of(given))) if given else None


def _trained_folder(given: str, trained: Path) -> Path:
    """The folder of a trained model: of its path, or of its name in the folder of trained models."""
    is_path = len(Path(given).parts) > 1 or Path(given).is_dir() and not (trained / given).is_dir()
    return (Path(given) if is_path else trained / given).resolve()
