"""What a client may choose for a training, and the steps that it becomes."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.data.unlabelled import WAYS
from classifier.records import artifact
from classifier.records.auto import AUTO
from classifier.records.refit import REFITS
from classifier.service.jobs import process
from classifier.service.jobs.expression import check
from classifier.service.jobs.process import Step
from classifier.service.jobs.runs import Run
from classifier.service.settings import NotFound
from classifier.service.studio.data_sets import is_set
from classifier.training.command import CONVERT, DESCRIBE, TRAIN, script_command, training_command

WHOLE_NUMBERS = {  # name: least and most
    "epochs": (1, 1000),
    "max_minutes": (1, 10_000),
    "fold": (0, 1000),
    "seed": (0, 2**32 - 1),  # what Keras takes
    "batch_size": (1, 10_000),
}
FLAGS = {"start": "from"}  # what it calls otherwise
LEARNING_RATES = 1e-7, 1.0
RECIPE = {"initial_lr": "learning_rate", "batch_size": "batch_size"}  # {name here: in a recipe}
NO_FLAGS = ("dataset_directory", "compare", *RECIPE)  # what TrainModel.py does not take
COMPARE, SILENCE = "classifier.service.studio.comparing", "classifier.service.studio.silent_report"
MAX_EXPRESSION = 200  # characters


@dataclass(frozen=True)
class TrainingRequest:
    """What a client chose; None where nothing was chosen.

    Attributes:
        dataset_directory: name of data of this server.
        layout: a file of classifier/data/layouts.
        epochs: at most so many.
        fold: which fold tests.
        seed: of the weights.
        group_by: regular expression; its first group, in a file name, is the group.
        refit: of refit.REFITS, what the model that ships is trained on again.
        max_minutes: in which the training ends, its conversion not counted.
        start: name of the trained model whose weights are the first ones.
        unlabelled: of data.unlabelled.WAYS, what becomes of the rest of recordings of which parts are labelled.
        compare: name of the trained model that the new one is compared with.
        initial_lr: learning rate, in place of the recipe's.
        batch_size: in place of the recipe's.
    """

    dataset_directory: str | None = None
    layout: str | None = None
    epochs: int | None = None
    fold: int | None = None
    seed: int | None = None
    group_by: str | None = None
    refit: str | None = None
    max_minutes: int | None = None
    start: str | None = None
    compare: str | None = None
    unlabelled: str | None = None
    initial_lr: float | None = None
    batch_size: int | None = None

    def __post_init__(self):
        """
        Raises:
            InputError: a value is of another type, or out of its range.
            NotFound: there is no such layout.
        """
        for name, value in self.as_args().items():
            if name in WHOLE_NUMBERS:
                least, most = WHOLE_NUMBERS[name]
                if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                    raise InputError(f"{name} is {str(value)[:40]!r}; give a whole number from {least} to {most}")
            elif name == "initial_lr":
                least, most = LEARNING_RATES
                if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value <= most:
                    raise InputError(f"{name} is {str(value)[:40]!r}; give a number from {least:g} to {most:g}")
            elif not isinstance(value, str):
                raise InputError(f"{name} is {str(value)[:40]!r}; give text")
        if self.group_by is not None:
            _check_expression(self.group_by)
        if self.refit not in (None, *REFITS):
            raise InputError(f"refit is {str(self.refit)[:40]!r}; give one of {', '.join(REFITS)}")
        if self.unlabelled not in (None, *WAYS):
            raise InputError(f"unlabelled is {str(self.unlabelled)[:40]!r}; give one of {', '.join(WAYS)}")
        if self.layout is not None and self.layout not in registry.names("layouts"):
            layouts = ", ".join(registry.names("layouts"))
            raise NotFound(f"there is no layout {self.layout[:40]!r}; there is {layouts}")

    def as_args(self) -> dict[str, str | int | float]:
        """What was chosen, {name: value}; `TrainingRequest(**args)` is the same request."""
        return {name: value for name, value in vars(self).items() if value is not None}


def _check_expression(expression: str) -> None:
    if len(expression) > MAX_EXPRESSION or not expression.isprintable():
        raise InputError(f"group_by takes up to {MAX_EXPRESSION} printable characters; write it shorter")
    check(expression)


def steps(run: Run, folder: Path) -> list[Step]:
    """The steps that a training still has to do.

    Args:
        run: its args name models by their paths.
        folder: of its work.
    """
    trained = folder / process.TRAINED
    settings: dict[str, object] = {"data": run.data}
    settings |= {FLAGS.get(name, name): value for name, value in run.args.items() if name not in NO_FLAGS}
    if recipe := {name: run.args[given] for given, name in RECIPE.items() if given in run.args}:
        settings |= {"recipe": json.dumps(recipe)}
    if run.uploaded or is_set(Path(run.data)):  # nothing of it is to stay elsewhere
        settings |= {"no_cache": True}
    model = {"model": run.architecture, "trained": trained}
    train = (
        []
        if (trained / (artifact.CHOSEN if run.architecture == AUTO else run.architecture)).exists()
        else [Step(TRAIN, training_command(run.architecture, trained, {**settings, "resume": True}))]
    )
    convert = [Step(script, script_command(script, model)) for script in (CONVERT, DESCRIBE)]
    return [*train, *convert, *(_of_studio(run, trained / run.architecture) if is_set(Path(run.data)) else ())]


def _of_studio(run: Run, model: Path) -> list[Step]:
    """The last steps of a training of Studio."""
    silence = Step(SILENCE, [sys.executable, "-m", SILENCE, str(model)])
    if not (before := run.args.get("compare")):
        return [silence]
    paths = str(before), str(model), run.data
    return [silence, Step(COMPARE, [sys.executable, "-m", COMPARE, *paths], private=True)]
