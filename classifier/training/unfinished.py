"""What a killed training left behind: whether --resume can go on from there, and what is not as it was.

Imports neither TensorFlow nor Keras, so that it is said before they are loaded.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from classifier.core import commands
from classifier.core.console import say
from classifier.core.errors import DiskFullError, InputError
from classifier.records.config import TrainingConfig
from classifier.records.recipe import fine_tuning_for, recipe_for
from classifier.training.data import TrainingData

STATE = "state.npz"
STAGES = ("head", "training")  # of a head on a pretrained network, and of a whole model; then those of the refit
RECIPES = ("recipe", "fine_tuning")


def folder(trained: Path, model: str, stage: str) -> Path:
    """Where a training keeps what it needs to go on."""
    return Path(trained) / f".{model}.{stage}"


def refit_of(stage: str) -> str:
    """The stage of a refit that goes as a stage of the held-out model went."""
    return f"refit_{stage}"


def forget(trained: Path, model: str, refit_only: bool = False) -> None:
    """Delete what a training of a model, or its refit alone, has left to go on with."""
    for stage in STAGES:
        for name in (refit_of(stage), *(() if refit_only else (stage,))):
            shutil.rmtree(folder(trained, model, name), ignore_errors=True)


def identity(model: str, config: TrainingConfig, data: TrainingData) -> dict[str, Any]:
    """{what: JSON value} of all that must be the same for a training to go on; that of its refit may be another."""
    rate, fine_tuning = data.audio_formats[model].sample_rate, fine_tuning_for(model, config)
    about = {
        "fingerprint": data.audio[rate].fingerprint,
        "labels": data.labels,
        "recipe": asdict(recipe_for(model, config)),
        "fine_tuning": fine_tuning and asdict(fine_tuning),
        **asdict(config.run_config()),
        "backend": os.environ.get("KERAS_BACKEND") or "tensorflow",
        "processes": config.team.processes if config.team else 1,
    }
    del about["refit"]
    return json.loads(json.dumps(about))


def read(path: Path) -> dict[str, Any] | None:
    """What a STATE file says of its training: {"run": as of `identity`, "history": {name: values}, "kept": ...}.

    None where there is no such file, or it is damaged.
    """
    try:
        with np.load(path) as held:
            return json.loads(str(held["about"]))
    except (OSError, ValueError, KeyError):
        return None


def check(config: TrainingConfig, data: TrainingData) -> None:
    """With --resume, make sure that what was begun can go on; say which model has nothing to go on with.

    Raises:
        InputError: a training was begun with other data, another recipe or other arguments.
    """
    if not config.resume or config.team and config.team.process:
        return
    for model in data.audio_formats:
        begun = {path: about for path in _states(config, model) if (about := read(path))}
        for path, about in begun.items():
            compare(path.parent, about["run"], identity(model, config, data))
        if not begun:
            say(f"{model}: {config.trained} holds nothing to go on with; it is trained from the start")


def compare(where: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Make sure that two of `identity` are the same.

    Raises:
        InputError: they are not; the message says which of data, labels, recipe and arguments differ, and how.
    """
    changed = [name for name in now if name in before and before[name] != now[name]]
    if not changed:
        return
    found = ["other data (recordings were added, removed or changed)"] if "fingerprint" in changed else []
    if "labels" in changed:
        found.append(f"other labels ({', '.join(before['labels'])}; now {', '.join(now['labels'])})")
    flags = [name for name in changed if name not in ("fingerprint", "labels", *RECIPES)]
    if flags:
        found.append(f"other arguments ({'; '.join(_flag(name, before[name], now[name]) for name in flags)})")
    recipe = [change for name in RECIPES if name in changed for change in _recipe(before[name], now[name], flags)]
    if recipe:
        found.append(f"another recipe ({'; '.join(recipe)})")
    raise InputError(
        f"{where} was begun with {', '.join(found)}: put that back, or leave out --resume to begin from the start"
    )


@contextlib.contextmanager
def told(config: TrainingConfig, data: TrainingData) -> Iterator[None]:
    """Let Ctrl-C and a full disk in the block end with the command that goes on, where there is one.

    Raises:
        KeyboardInterrupt, DiskFullError: with that sentence.
    """
    try:
        yield
    except DiskFullError as error:
        raise DiskFullError(f"{error}; {_how_to_go_on(config, data)}") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_go_on(config, data)) from None


def _how_to_go_on(config, data):
    models = list(data.audio_formats)
    for position, model in enumerate(models):
        begun = [about for path in _states(config, model) if (about := read(path))]
        if begun and begun[0]["run"] == identity(model, config, data):
            command = commands.again(model=",".join(models[position:]), resume=True)
            epoch = len(next(iter(begun[-1]["history"].values())))
            what = f"the refit of {model}" if "refit" in begun[-1]["run"] else model
            return f"to go on with {what} after epoch {epoch}: {command}"
    return "what was finished before is untouched; no epoch was finished, so there is nothing to go on with"


def _states(config, model):
    stages = *STAGES, *map(refit_of, STAGES)
    return [folder(config.trained, model, stage) / STATE for stage in stages]


def _flag(name, before, now):
    """A setting before and now, in words: "--seed 0, now 1"."""
    flag = name if name in ("backend", "processes") else f"--{name.replace('_', '-')}"
    words = {"None": "no", "False": "no", "True": "yes"}
    then, since = (words.get(str(value), value) for value in (before, now))
    return f"{flag} {then}, now {since}"


def _recipe(before, now, flags):
    """The values of a recipe that differ, without those that a flag decides."""
    names = [name for name in {**(before or {}), **(now or {})} if name not in flags]
    values = [
        (name.replace("_", " "), *((recipe or {}).get(name, "none") for recipe in (before, now))) for name in names
    ]
    return [f"{name} {then}, now {since}" for name, then, since in values if then != since]
