"""Command lines that train, convert and describe a model in a process of its own."""

import sys
from collections.abc import Mapping
from pathlib import Path

from Constants import ROOT

TRAIN, CONVERT, DESCRIBE = "TrainModel.py", "ConvertModelToTFLite.py", "WriteMetadataToModel.py"


def training_command(model: str, trained: Path, settings: Mapping[str, object]) -> list[str]:
    """The command that trains one model.

    Args:
        model: a file of classifier/models.
        trained: folder that the folder of the model is made in.
        settings: {name of a flag of TrainModel.py, with underscores: value}; None and False leave the flag out, True
            is a flag without a value.
    """
    return script_command(TRAIN, {**settings, "model": model, "trained": trained})


def script_command(script: str, settings: Mapping[str, object]) -> list[str]:
    """The command that runs a script of the project; settings are those of `training_command`."""
    command = [sys.executable, str(ROOT / script)]
    for name, value in settings.items():
        if value is not None and value is not False:  # 0 is a value
            flag = f"--{name.replace('_', '-')}"
            command.append(flag if value is True else f"{flag}={value}")
    return command
