"""What a person chose for an evaluation."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from classifier.audio.channels import MIX
from classifier.audio.windows import Cut
from classifier.core import registry
from classifier.core.errors import InputError
from classifier.data import clips, label_map
from classifier.data.duplicates import WAYS
from classifier.data.labels import read_labels
from classifier.data.negatives import LABEL, OUTPUT, find, folders_of
from classifier.data.unlabelled import IGNORE
from classifier.evaluation import multi_label_flags, teachers
from classifier.evaluation.named_models import check_trained
from classifier.records.config import RunConfig
from classifier.records.recipe import fine_tuning_for, given
from classifier.records.refit import NONE, WITHOUT_TEST
from classifier.records.training_config import absolute_folders
from classifier.storage.locations import absolute, is_remote, name_of
from Constants import EVALUATED, ROOT

ALL = "all"
TRAINING_ONLY = (  # a trained model is only tested
    "labels",
    "folds",
    "folds_by",
    "ignore_folds",
    "background_noise",
    "fine_tune",
    "weights",
    "epochs",
    "paper",
    "recipe",
    "learning_curve",
    "window",
    "sample_rate",
    "no_refit",
    "jobs",
    "scheduler",
    "negatives_label",
    "negatives_as",
    "unlabelled",
    "teacher",
    "search",
    "multi_label",
)


@dataclass(frozen=True)
class EvaluationConfig:
    """Which models to evaluate, on which recordings, and how.

    Attributes:
        model: names of classifier/models with commas, or all, to train on every fold; or paths of trained folders and
            .tflite files with commas, to test only.
        data: a folder, a csv file, or an address.
        layout: a file of classifier/data/layouts; None: recognised.
        labels: file with one label per line; None: labels.txt where it fits, else sorted.
        group_by: column, or regular expression whose first group, in a file name, is the group. None: the layout says.
        folds_by: the same, for the source: each is left out once, to test. None: folds are not of sources.
        folds: numbers with commas, or all; None where nothing was chosen, which is all.
        ignore_folds: deal by group where the data set has folds of its own.
        recipe: JSON whose values replace those of each model's recipe, or the path of such a file.
        learning_curve: train on smaller parts of the groups, too.
        seed: of the folds and of the weights.
        background_noise: folder of recordings to mix behind training windows.
        fine_tune: last layers of a pretrained network that learn.
        weights: a file of published weights that the person has downloaded.
        epochs: at most so many; None: as the recipe says.
        paper: train as the paper does.
        window: seconds; None: as Constants.py says.
        sample_rate: Hz; None: as Constants.py says.
        duplicates: what to do about the same sound under two labels, of duplicates.WAYS.
        channel: of audio.channels.CHANNELS; None: as trained, or the mix.
        vote: a recording's label is that of most of its windows; else the mean of their probabilities decides.
        overlap, crops: how recordings are cut into windows to be tested, as of Cut.
        negatives: folders of recordings without any of the labels, with commas: the false alarms of trained models are
            counted in them, others are trained with them.
        negatives_label, negatives_as, unlabelled: as of RunConfig.
        label_map: which label of the data is which of trained models, as of data.label_map.parse.
        teacher: a model to train on each fold first, or a folder of evaluated folds, whose probabilities are learned.
        search: so many recipes are tried for each fold, on inner folds of what it leaves to learn from; None: none.
        inner_folds: on so many folds, at most, each of these recipes is tried.
        no_refit: do not train each fold's model again, on train and validation.
        multi_label: whether several labels may be right at once, or none.
        jobs: trainings at once on this machine; None: by cores and memory.
        scheduler: address of a Dask scheduler.
        out: folder or address of the results.
    """

    model: str
    data: Path | str
    layout: str | None = None
    labels: Path | None = None
    group_by: str | None = None
    folds_by: str | None = None
    recipe: str | None = None
    learning_curve: bool = False
    folds: str | None = None
    ignore_folds: bool = False
    seed: int = 0
    background_noise: Path | None = None
    fine_tune: int | None = None
    weights: Path | None = None
    epochs: int | None = None
    paper: bool = False
    window: float | None = None
    sample_rate: int | None = None
    duplicates: str = WAYS[0]
    channel: str | None = None
    vote: bool = False
    overlap: float = 0.0
    crops: int | None = None
    negatives: str | None = None
    negatives_label: str = LABEL
    negatives_as: str = OUTPUT
    unlabelled: str = IGNORE
    label_map: tuple[str, ...] | None = None
    teacher: str | None = None
    search: int | None = None
    inner_folds: int = 3
    no_refit: bool = False
    multi_label: bool = False
    jobs: int | None = None
    scheduler: str | None = None
    out: Path | str = EVALUATED

    def __post_init__(self):
        """
        Raises:
            InputError: a value is out of its range, two contradict each other, or there is no such model.
        """
        _ = self.cut  # which checks its own values
        if self.labels:
            read_labels(self.labels)
        if self.tests_trained_models:
            self._check_test()
        else:
            self._check_training()

    @classmethod
    def from_args(cls, args: Namespace) -> "EvaluationConfig":
        """The config of a command line; paths become absolute, except that of the results.

        Raises:
            InputError: as of `EvaluationConfig` and `check`; there is no data.
        """
        values: dict[str, Any] = {field.name: getattr(args, field.name) for field in fields(cls)}
        values["data"] = absolute(args.data or clips.default_data())
        values["label_map"] = label_map.parse(args.label_map)
        if args.background_noise:
            values["background_noise"] = args.background_noise.resolve()
        values["negatives"] = absolute_folders(args.negatives)
        config = cls(**values)
        config.check()
        return config

    def check(self) -> None:
        """Look at the models and the negatives.

        Raises:
            InputError: a model is not there or cannot be trained so, or there are no negatives.
        """
        for folder in folders_of(self.negatives) if self.negatives else ():
            find(folder)
        if self.tests_trained_models:
            for path in self.paths:
                check_trained(path)
            return
        models = registry.choose("models", self.model)
        if self.search:
            self._check_search(models)
        elif self.inner_folds != type(self).inner_folds:
            raise InputError("--inner-folds are those of a search: give --search too")
        for model in models:
            self.run_config().check_model(model)
        if not self.teacher:
            return
        name = teachers.check(self.teacher, self.run_config(), models)
        if self.learning_curve and not teachers.is_model(self.teacher):
            raise InputError(
                "--learning-curve: a teacher must learn from as few recordings as its student: give "
                f"--teacher {name}, which is then trained on as few"
            )
        if self.scheduler and is_remote(self.out):
            raise InputError("--teacher with --scheduler needs results where all machines see them: give --out a path")

    @property
    def cut(self) -> Cut:
        """How recordings are cut into windows to be tested."""
        return Cut(self.overlap, self.crops)

    @property
    def paths(self) -> list[Path]:
        """The models, as paths."""
        return [Path(name.strip()) for name in self.model.split(",") if name.strip()]

    @property
    def tests_trained_models(self) -> bool:
        """Whether the models are trained ones, to be tested only."""
        if {str(path) for path in self.paths} <= {ALL, *registry.names("models")}:
            return False
        return any(len(path.parts) > 1 or path.suffix or path.is_dir() for path in self.paths)

    def fold_numbers(self) -> list[int] | None:
        """The folds that test, sorted; None: all.

        Raises:
            InputError: they are not numbers.
        """
        if self.folds in (None, ALL):
            return None
        try:
            return sorted({int(number) for number in str(self.folds).split(",")})
        except ValueError:
            raise InputError(f"--folds {self.folds!r}: give numbers with commas, such as 0,2, or all") from None

    def run_config(self) -> RunConfig:
        """What decides on the weights of the models that are trained; its fold is 0."""
        noise = str(self.background_noise) if self.background_noise else None
        return RunConfig(
            data=str(self.data),
            layout=self.layout,
            group_by=self.group_by,
            folds_by=self.folds_by,
            recipe=given(self.recipe),
            seed=self.seed,
            background_noise=noise,
            fine_tune=self.fine_tune,
            epochs=self.epochs,
            paper=self.paper,
            window=self.window,
            sample_rate=self.sample_rate,
            duplicates=self.duplicates,
            unlabelled=self.unlabelled,
            ignore_folds=self.ignore_folds,
            channel=self.channel or MIX,
            refit=NONE if self.no_refit else WITHOUT_TEST,
            negatives=self.negatives,
            negatives_label=self.negatives_label,
            negatives_as=self.negatives_as,
            teacher=self.teacher,
            multi_label=self.multi_label,
        )

    def _check_training(self) -> None:
        registry.choose("models", self.model)
        if self.label_map is not None:
            raise InputError(
                "--map is for models that are trained already: leave it out, or name such a model (--model trained/mel)"
            )
        self.run_config()  # which checks its own values
        multi_label_flags.check(self)
        if self.jobs and self.scheduler:
            raise InputError(
                "--jobs is for this machine, and --scheduler for a cluster, whose workers train one model per thread: "
                "leave one out"
            )
        self.fold_numbers()
        if self.background_noise:
            clips.of_background_noise(self.background_noise)

    def _check_search(self, models: Sequence[str]) -> None:
        """Raises InputError: what searches is not installed, or there is nothing to search."""
        useless = [flag for flag in ("teacher", "learning_curve", "paper") if getattr(self, flag)]
        if useless:
            raise InputError(f"--search tries recipes: leave out --{useless[0].replace('_', '-')}")
        for model in models:
            if registry.states("models", model, "FINE_TUNE") and not fine_tuning_for(model, self.run_config()):
                raise InputError(f"{model} learns from recordings as they are: for --search, give --fine-tune 2 too")
        if is_remote(self.out):
            raise InputError("--search keeps what it has tried in a folder: give --out a path")
        if find_spec("optuna") is None:
            raise InputError(f"--search needs Optuna: python -m pip install -r {ROOT / 'requirements-tuning.txt'}")

    def _check_test(self) -> None:
        unset = {field.name: field.default for field in fields(self)}
        given = [name for name in TRAINING_ONLY if getattr(self, name) not in (None, unset[name])]
        useless = [f"--{name.replace('_', '-')}" for name in given]
        if useless:
            raise InputError(f"{self.paths[0]} is trained, and only tested here: leave out {', '.join(useless)}")
        if len({name_of(path) for path in self.paths}) < len(self.paths):
            raise InputError(f"two of {self.model} have one name, and so would their results; test them one at a time")
