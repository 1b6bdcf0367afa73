"""The command that repeats a training."""

import shlex
from dataclasses import asdict, fields
from pathlib import Path

from classifier.data.negatives import folders_of
from classifier.records.artifact import Artifact
from classifier.records.config import RunConfig, flag_of
from classifier.records.recipe import is_json
from Constants import ROOT


def command(trained: Artifact) -> str:
    """The line that repeats a training: the flags that are not at their default."""
    defaults = {field.name: field.default for field in fields(RunConfig)}
    settings = {name: value for name, value in asdict(trained.record.config).items() if value != defaults[name]}
    for name in ("data", "background_noise", "recipe", "start", "teacher"):
        if settings.get(name) and not (name == "recipe" and is_json(settings[name])):
            settings[name] = _shown(Path(settings[name]))
    if settings.get("negatives"):
        settings["negatives"] = ",".join(map(_shown, folders_of(settings["negatives"])))
    words = ["python", "TrainModel.py", "--model", trained.name, "--data", settings.pop("data")]
    for name, value in settings.items():
        flag = flag_of(name)
        if value is True:
            words.append(flag)
        else:
            words += [f"{flag}={value}"] if str(value).startswith("-") else [flag, str(value)]
    return shlex.join(words)


def _shown(folder):
    """A folder for other eyes: from the project on, or its name."""
    return folder.relative_to(ROOT).as_posix() if folder.is_relative_to(ROOT) else folder.name
