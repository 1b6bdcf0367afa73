"""What a killed training left behind: whether --resume can go on from there, what is not as it was, and who trains now.

Imports neither TensorFlow nor Keras, so that it is said before they are loaded.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from classifier.core import atomic_files, commands, disk
from classifier.core.console import say
from classifier.core.errors import DiskFullError, InputError
from classifier.data import splits
from classifier.data.layouts import folder_of
from classifier.records import teachers
from classifier.records.config import RunConfig, flag_of
from classifier.records.recipe import fine_tuning_for, recipe_for
from classifier.records.training_config import TrainingConfig
from classifier.training.data import TrainingData

STATE = "state.npz"
STAGES = ("head", "training")  # of a head on a pretrained network, and of a whole model; then those of the refit
NOTHING_BEGUN = "what was finished before is untouched; no epoch was finished, so there is nothing to go on with"
RECIPES = ("recipe", "fine_tuning")
SPLIT = "split"


def folder(trained: Path, model: str, stage: str) -> Path:
    """Where a training keeps what it needs to go on."""
    return Path(trained) / f".{model}.{stage}"


def refit_of(stage: str) -> str:
    """The stage of a refit that goes as a stage of the held-out model went."""
    return f"refit_{stage}"


def forget(trained: Path, model: str, refit_only: bool = False) -> None:
    """Delete what a training of a model, or its refit alone, has left to go on with.

    With the whole training goes what was left half written by one that was killed while it wrote the model's folder.
    """
    if not refit_only:
        for half in Path(trained).glob(f".{model}-*"):  # as of atomic_files.new_folder
            shutil.rmtree(half, ignore_errors=True)
    for stage in STAGES:
        for name in (refit_of(stage), *(() if refit_only else (stage,))):
            shutil.rmtree(folder(trained, model, name), ignore_errors=True)


def identity(model: str, config: TrainingConfig, data: TrainingData) -> dict[str, Any]:
    """{what: JSON value} of all that must be the same for a training to go on; that of its refit may be another."""
    rate = data.audio_formats[model].sample_rate
    audio, n_processes = data.audio[rate], config.team.processes if config.team else 1
    about = identity_of(model, config.run_config(), audio.fingerprint, data.labels, n_processes)
    return {**about, **split_of(splits.named(audio.clips, data.splits[rate], folder_of(config.data)))}


def split_of(names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What `identity` says of a split: the same recordings may be dealt anew; names: {split: names of its clips}."""
    dealt = json.dumps({split: sorted(of) for split, of in names.items()}, sort_keys=True)
    return {SPLIT: hashlib.sha256(dealt.encode()).hexdigest()}


def identity_of(
    model: str, config: RunConfig, fingerprint: str, labels: Sequence[str], processes: int = 1
) -> dict[str, Any]:
    """`identity`, from the fingerprint of the recordings and the labels in the order of the outputs."""
    fine_tuning = fine_tuning_for(model, config)
    about = {
        **asdict(config),  # its recipe is a file's path: what counts is what the file says
        "fingerprint": fingerprint,
        "labels": labels,
        "recipe": asdict(recipe_for(model, config)),
        "fine_tuning": fine_tuning and asdict(fine_tuning),
        "backend": os.environ.get("KERAS_BACKEND") or "tensorflow",
        "processes": processes,
    }
    if config.teacher:
        about["teacher"] = teachers.fingerprint(config.teacher)
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
        states = begun(config.trained, model)
        for path, about in states.items():
            compare(path.parent, about["run"], identity(model, config, data))
        if not states:
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
    if changed == [SPLIT]:
        found.append("other splits (a group, fold or split of a recording was changed)")
    if "labels" in changed:
        found.append(f"other labels ({', '.join(before['labels'])}; now {', '.join(now['labels'])})")
    flags = [name for name in changed if name not in ("fingerprint", SPLIT, "labels", *RECIPES)]
    if flags:
        found.append(f"other arguments ({'; '.join(_flag(name, before[name], now[name]) for name in flags)})")
    recipe = [change for name in RECIPES if name in changed for change in _recipe(before[name], now[name], flags)]
    if recipe:
        found.append(f"another recipe ({'; '.join(recipe)})")
    raise InputError(
        f"{where} was begun with {', '.join(found)}: put that back, or leave out --resume to begin from the start"
    )


@contextlib.contextmanager
def alone(config: TrainingConfig, data: TrainingData) -> Iterator[None]:
    """Keep other processes from training the same models in the same folder, where each would undo the other's epochs.

    Raises:
        InputError: another process trains one of them now.
    """
    if config.team and config.team.process:
        yield
        return
    with contextlib.ExitStack() as ended:
        if not config.trained.exists():
            config.trained.mkdir(parents=True)
            ended.callback(_remove_if_empty, config.trained)
        for model in data.audio_formats:
            path = config.trained / f".{model}.lock"
            if (lock := atomic_files.hold(path)) is None:
                raise InputError(
                    f"another process trains {config.trained / model} now: wait for it, or name another folder "
                    "(TrainModel.py --trained, EvaluateModel.py --out)"
                )
            ended.callback(_let_go, lock, path)
        yield


def _let_go(lock, path):
    with contextlib.suppress(OSError):  # Windows deletes no file that is open
        path.unlink()
    lock.release()


def _remove_if_empty(folder):
    with contextlib.suppress(OSError):
        folder.rmdir()


@contextlib.contextmanager
def told(config: TrainingConfig, data: TrainingData) -> Iterator[None]:
    """Let Ctrl-C and a full disk in the block end with the command that goes on, where there is one.

    Raises:
        KeyboardInterrupt, DiskFullError: with that sentence.
    """
    try:
        yield
    except DiskFullError as error:
        how = _how_to_go_on(config, data)
        raise DiskFullError(f"{str(error).removesuffix(disk.AGAIN)}make room; {how}" if how else str(error)) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_go_on(config, data) or NOTHING_BEGUN) from None


def begun(trained: Path, model: str) -> dict[Path, dict[str, Any]]:
    """{STATE file: what it says, as of `read`} of the stages that a killed training has begun, in their order."""
    stages = *STAGES, *map(refit_of, STAGES)
    paths = [folder(trained, model, stage) / STATE for stage in stages]
    return {path: about for path in paths if (about := read(path))}


def _how_to_go_on(config, data):
    """The command, in a sentence; None where nothing was begun."""
    models = list(data.audio_formats)
    for position, model in enumerate(models):
        states = list(begun(config.trained, model).values())
        if states and states[0]["run"] == identity(model, config, data):
            command = commands.again(model=",".join(models[position:]), resume=True)
            epoch = len(next(iter(states[-1]["history"].values())))
            what = f"the refit of {model}" if "refit" in states[-1]["run"] else model
            return f"to go on with {what} after epoch {epoch}: {command}"
    return None


def _flag(name, before, now):
    """A setting before and now, in words: "--seed 0, now 1"."""
    flag = name if name in ("backend", "processes") else flag_of(name)
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
