"""What a training does to the model that is in its folder already.

Imports neither TensorFlow nor Keras, so that it is said before they are loaded.
"""

from collections.abc import Sequence
from pathlib import Path

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.data.labels import listed
from classifier.records import artifact
from classifier.records.run_record import RunRecord
from classifier.records.training_config import TrainingConfig
from classifier.training.data import TrainingData
from Constants import DATA_SHORT


def check(config: TrainingConfig, data: TrainingData) -> None:
    """Say of each model that is there already whether it is replaced or kept.

    Raises:
        InputError: one has other labels and is no demonstration, and the config does not say to overwrite it.
    """
    if config.team and config.team.process:
        return
    for model in data.audio_formats:
        folder = config.trained / model
        if not folder.exists():
            continue
        record = _record(folder)
        if record and not config.overwrite and record.config.data != str(DATA_SHORT):  # what `make` made is kept aside
            _check_labels(folder, record.labels, data.labels)
        if kept := previous(config, data, model):
            why = "of other data" if record else "and does not say of which data"
            say(f"{folder} is there already, {why}: it stays until the new one is whole, and is then kept as {kept}")
        else:
            what = "and is then replaced, with its files for the app"
            say(f"{folder} is there already: it stays until the new one is whole, {what}")


def previous(config: TrainingConfig, data: TrainingData, model: str) -> Path | None:
    """Where the model that is there already is kept; None where it is replaced, or where there is none.

    It is kept where it was trained on other data, or where nobody can say on which.
    """
    folder = config.trained / model
    if config.overwrite or not folder.exists():
        return None
    record = _record(folder)
    if record and record.data.fingerprint == data.audio[data.audio_formats[model].sample_rate].fingerprint:
        return None
    return artifact.previous(folder)


def _record(folder: Path) -> RunRecord | None:
    """Its run.json; None where it cannot be read."""
    try:
        return RunRecord.read(folder)
    except (InputError, OSError):
        return None


def _check_labels(folder: Path, before: Sequence[str], now: Sequence[str]) -> None:
    if list(before) == list(now):
        return
    what = "the same labels in another order" if set(before) == set(now) else "other labels"
    raise InputError(
        f"{folder} holds a model of {what} ({listed(before)}; now {listed(now)}): give --trained another folder to "
        "keep both, or --overwrite to replace it"
    )
