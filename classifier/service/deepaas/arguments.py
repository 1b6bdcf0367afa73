"""The arguments that clients of deephdc's audio classifier send, beside those of this service.

Such a client sends all its arguments, each written as JSON. One that asks for what is done here anyway is taken; one
that asks for something else is refused with its reason: nothing is left out in silence.
"""

import json
from dataclasses import dataclass, fields
from typing import Annotated, Any

from fastapi import Query

from classifier.core.text import plain
from classifier.service.settings import Refused

ANY = object()  # it is used, or it changes no result
RECIPE = "the recipe of the architecture says it; TrainModel.py takes another with --recipe"
ALWAYS = "it is always so here"
Text = Annotated[str | None, Query(max_length=200, description="as of deephdc, in JSON")]


def text(value: str | None) -> str | None:
    """A text that may be written as JSON: "data_short" in quotes, or null."""
    found = _read(value)
    return found if found is None or isinstance(found, str) else value


@dataclass(frozen=True)
class PredictArguments:
    """Of predict: which training's model, and which file of it."""

    timestamp: Text = None
    ckpt_name: Text = None

    def __post_init__(self):
        """
        Raises:
            Refused: another file than the one that ships is asked for.
        """
        if _read(self.ckpt_name) not in (None, "final_model.h5", "model.tflite"):
            raise Refused("ckpt_name: a model has one file that is served, model.tflite; leave this out")

    def model(self, name: str) -> str:
        """The name of the model: that of the path, or the training's where one is named."""
        return text(self.timestamp) or name


@dataclass(frozen=True)
class TrainArguments:
    """Of train."""

    base_directory: Text = None
    num_classes: Text = None
    files_to_PCM: Text = None
    compute_embeddings: Text = None
    mode: Text = None
    initial_lr: Text = None
    batch_size: Text = None
    ckpt_freq: Text = None
    lr_schedule_mode: Text = None
    lr_step_decay: Text = None
    lr_step_schedule: Text = None
    l2_reg: Text = None
    use_validation: Text = None
    use_early_stopping: Text = None
    use_multiprocessing: Text = None
    use_tensorboard: Text = None
    use_remote: Text = None

    def recipe(self) -> dict[str, Any]:
        """What replaces values of the recipe, as TrainingRequest takes it."""
        return {name: _read(getattr(self, name)) for name in ("initial_lr", "batch_size")}

    def __post_init__(self):
        """
        Raises:
            Refused: a value asks for what is not done here.
        """
        for field in fields(self):
            given, (taken, why) = getattr(self, field.name), TAKEN[field.name]
            if given is not None and taken is not ANY and _read(given) not in taken:
                values = " or ".join(json.dumps(value) for value in taken)
                raise Refused(f"{field.name} is {plain(given)[:40]}; this service takes {values}: {why}")


TAKEN: dict[str, tuple] = {  # what may be asked for, and why nothing else
    "base_directory": ((".", None), "folders are those of GET /v2/data/"),
    "num_classes": ((None,), "the data says how many labels there are"),
    "files_to_PCM": (ANY, "each format is read"),
    "compute_embeddings": ((True, None), "a training learns from recordings; for yamnet_transfer embeddings are made"),
    "mode": (("normal", None), RECIPE),
    "initial_lr": (ANY, "it replaces the recipe's"),
    "batch_size": (ANY, "it replaces the recipe's"),
    "ckpt_freq": ((None, 0.0), "each epoch is kept until the training is done"),
    "lr_schedule_mode": ((None,), RECIPE),
    "lr_step_decay": ((None,), RECIPE),
    "lr_step_schedule": ((None,), RECIPE),
    "l2_reg": ((None,), RECIPE),
    "use_validation": ((True, None), ALWAYS),
    "use_early_stopping": ((None,), RECIPE),
    "use_multiprocessing": (ANY, "it changes no result"),
    "use_tensorboard": (ANY, "its logs are always written; POST /v2/tensorboard/ shows them"),
    "use_remote": ((False, None), "logs are forwarded nowhere"),
}


def _read(value: str | None) -> object:
    """What a value says, where it is JSON; otherwise itself."""
    try:
        return value and json.loads(value)
    except (ValueError, RecursionError):
        return value
