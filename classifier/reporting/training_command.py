"""The command that repeats a training."""

import shlex
from dataclasses import asdict
from pathlib import Path

from classifier.audio.channels import MIX
from classifier.records.artifact import Artifact
from Constants import ROOT


def command(trained: Artifact) -> str:
    """The line that repeats a training: the flags that are not at their default (none, no, 0, mix).

    Of --fine-tune 0 is a decision, for some models are fine-tuned by default.
    """
    settings = asdict(trained.record.config)
    for name in ("data", "background_noise"):
        if settings.get(name):
            folder = Path(settings[name])
            settings[name] = folder.relative_to(ROOT).as_posix() if folder.is_relative_to(ROOT) else folder.name
    words = ["python", "TrainModel.py", "--model", trained.name, "--data", settings.pop("data")]
    for name, value in settings.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif (value and value != MIX) or (name == "fine_tune" and value == 0):
            words += [f"{flag}={value}"] if str(value).startswith("-") else [flag, str(value)]
    return shlex.join(words)
