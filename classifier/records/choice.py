"""Which trained model is meant where a person names none: the best of those of the newest data.

Models are compared by validation: the test split only reports.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.core import atomic_files
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.records.artifact import RUN
from classifier.scoring import metrics, multi_label

NAMED = 5  # models in a sentence


@dataclass(frozen=True)
class Candidate:
    """A trained model, as far as the choice goes.

    Attributes:
        model: the file of classifier/models.
        rate: sample rate, Hz.
        fingerprint: of the data.
        split: labels and names of the test split.
        window_length: samples.
        windows, recordings: balanced accuracy of the validation split, or mean average precision; None where its
            predictions are gone.
        multi_label: whether several labels may be right at once.
        parameters: weights.
        data: where its recordings were.
        written: when, seconds.
    """

    folder: Path
    model: str
    rate: int
    fingerprint: str
    split: tuple[tuple[str, ...], tuple[str, ...]]
    window_length: int
    windows: float | None
    recordings: float | None
    parameters: int
    data: str
    written: float
    multi_label: bool = False

    def comparable(self, other: "Candidate") -> bool:
        """Whether both have the same data, labels and test split; another sample rate is another fingerprint."""
        return (self.split, self.multi_label) == (other.split, other.multi_label) and (
            self.fingerprint == other.fingerprint or self.rate != other.rate
        )


@dataclass(frozen=True)
class Choice:
    """The model that was chosen, and why in words."""

    folder: Path
    why: str


def default(trained: Path, reference: str | None = None, needs: str = artifact.MODEL) -> Path:
    """The folder of the trained model that is meant where none is named; says which, and why.

    Args:
        trained: folder of trained models.
        reference: the model that is taken where the newest data has it, whatever is best.
        needs: a file that the folder must hold.

    Raises:
        InputError: there is none, or none that can be read.
    """
    folders = _holding(trained, needs)
    chosen = choose(folders, reference)
    if chosen is None:
        for folder in folders:
            artifact.load(folder)  # says why it cannot be used
        if needs == artifact.MODEL:
            raise InputError(f"{trained} holds no trained model; run TrainModel.py first, or name one with --model")
        raise InputError(
            f"{trained} holds no model that was trained on mel spectrograms and converted ({needs}): run TrainModel.py "
            "--model mel, then ConvertModelToTFLite.py; or name one with --model"
        )
    say(f"model: {chosen.folder}, {chosen.why}")
    return chosen.folder


def can_choose(trained: Path, needs: str = artifact.MODEL) -> bool:
    """Whether `default` finds a model."""
    return choose(_holding(trained, needs)) is not None


def _holding(trained, needs):
    return [folder for folder in artifact.folders(trained) if (folder / needs).is_file()]


def of_training(trained: Path, models: Sequence[str]) -> str:
    """The best by validation of the models that a training has made; says it, and writes it down beside them.

    Raises:
        InputError: none of them can be read.
    """
    chosen = choose([trained / model for model in models])
    if chosen is None:
        raise InputError(f"{trained} holds none of {', '.join(models)} that can be read; train again")
    about = {"chosen": chosen.folder.name, "why": chosen.why}
    with atomic_files.new_file(trained / artifact.CHOSEN) as fresh:
        fresh.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"chosen: {chosen.folder}, {chosen.why}")
    return chosen.folder.name


def choose(folders: Sequence[Path], reference: str | None = None) -> Choice | None:
    """The best model of the data that the newest one was trained on; None where none can be used.

    Args:
        folders: of trained models; those that cannot be used are left out.
        reference: as of `default`.
    """
    found = list(filter(None, map(_candidate, folders)))
    if not found:
        return None
    newest = max(found, key=lambda candidate: (candidate.written, candidate.folder.name))
    group = [candidate for candidate in found if candidate.comparable(newest)]
    where = "the only one of the newest data" if len(group) < len(found) else "the only one"
    if len(group) == 1:
        return Choice(group[0].folder, f"{where} ({newest.data})")
    of_data = f"of the newest data ({newest.data})"
    for candidate in group:
        if candidate.folder.name == candidate.model == reference:
            return Choice(candidate.folder, f"which this step is for, {of_data}")
    unit = "windows" if len({candidate.window_length / candidate.rate for candidate in group}) == 1 else "recordings"

    def accuracy(candidate):
        return getattr(candidate, unit)

    group.sort(key=lambda one: (-(-1 if accuracy(one) is None else accuracy(one)), one.parameters, one.folder.name))
    scores = ", ".join(
        f"{one.folder.name} {'unknown' if accuracy(one) is None else f'{accuracy(one):.1%}'}" for one in group[:NAMED]
    )
    measure = "mean average precision" if newest.multi_label else "balanced accuracy"
    scores += f" and {len(group) - NAMED} more" if len(group) > NAMED else ""
    return Choice(group[0].folder, f"the best by validation {of_data}; {measure} of {unit}: {scores}")


def _candidate(folder: Path) -> Candidate | None:
    try:
        return _read(folder, (folder / RUN).stat().st_mtime_ns)
    except (InputError, OSError):
        return None


@functools.lru_cache(maxsize=256)
def _read(folder: Path, stamp: int) -> Candidate:
    trained = artifact.load(folder)
    record = trained.record
    try:
        validation = trained.predictions("validation")
        of = (validation["probabilities"], validation["targets"], validation["recordings"])
        measure = multi_label.precision_of_units if record.config.multi_label else metrics.balanced_accuracy
        windows, recordings = measure(*of, record.labels)
    except (InputError, OSError, KeyError, ValueError):
        windows = recordings = None
    return Candidate(
        folder=folder,
        model=record.model,
        rate=record.audio_format.sample_rate,
        fingerprint=record.data.fingerprint,
        split=(tuple(record.labels), tuple(sorted(record.split.test))),
        multi_label=record.config.multi_label,
        window_length=record.audio_format.window_length,
        windows=windows,
        recordings=recordings,
        parameters=record.parameters,
        data=Path(record.config.data).name,
        written=stamp / 1e9,
    )
