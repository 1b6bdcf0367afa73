"""A trained model's folder: everything a later step needs, written whole or not at all.

trained/<model>/model.keras  run.json  history.csv  predictions.npz  logs/  report/*.png      TrainModel
                heldout/  the same files of the model that the figures are of, where the one that ships was refitted
                model.tflite  model_float16.tflite  model_dynamic.tflite  model_int8.tflite
                model_dropin.tflite  variants.json                                        ConvertModelToTFLite
                model_<model>_embedding_metadata.tflite                                   the same, with --embedding
                model_<model>_frames.tflite                                               the same, with --frames
                model_<model>_metadata.tflite ...                                         WriteMetadataToModel
"""

import csv
import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier.core import registry
from classifier.core.console import import_tensorflow
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.data.layouts import PART, folder_of, path_named
from classifier.records import conversion, frames, window_predictions
from classifier.records.audio_format import AudioFormat
from classifier.records.auto import AUTO
from classifier.records.conversion import FLOAT32, VARIANTS, ConversionRecord
from classifier.records.run_record import FILE as RUN
from classifier.records.run_record import RunRecord
from classifier.scoring import frame_rule
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.metrics import Scores
from Constants import DATA_SHORT

if TYPE_CHECKING:
    import keras

MODEL = "model.keras"
HISTORY = "history.csv"
HELD_OUT = "heldout"  # see records/refit.py
REPORT = "report"
PAGE = "index.html"  # of the report
TFLITE = VARIANTS[FLOAT32]
CHOSEN = "auto.json"  # in the folder of trained models: what TrainModel.py --model auto chose
PREVIOUS = ".previous"  # ends the name of a folder that a training on other data has replaced
DROPIN = "model_dropin.tflite"  # the features' first half computed by the app: see classifier/features


@dataclass(frozen=True)
class Artifact:
    """A trained model's folder: record is its run.json."""

    folder: Path
    record: RunRecord

    @property
    def name(self) -> str:
        return self.record.model

    @property
    def audio_format(self) -> AudioFormat:
        return self.record.audio_format

    @property
    def labels(self) -> list[str]:
        return self.record.labels

    @property
    def rule(self) -> DecisionRule:
        """The decision rule that was chosen, else the thresholds alone."""
        decision = self.record.decision
        return decision.rule if decision and decision.rule else DecisionRule(self.record.thresholds)

    @property
    def frame_rule(self) -> DecisionRule:
        """The decision rule of its frames that was chosen, else the default; its hop is the seconds of a frame.

        Raises:
            InputError: the model has no frames.
        """
        decision = self.record.frame_decision
        each = frames.samples(self.name, self.audio_format) / self.audio_format.sample_rate
        return decision.rule if decision and decision.rule else frame_rule.default(self.rule.thresholds, each)

    @property
    def held_out(self) -> "Artifact":
        """The model that the figures are of: the one in heldout/ where this one was refitted, else this one.

        Raises:
            InputError: heldout/ is gone.
        """
        if not self.record.refit:
            return self
        folder = figures(self.folder)
        if folder == self.folder:
            raise InputError(f"{folder} has no {HELD_OUT}/, whose figures it shows; train it again with TrainModel.py")
        return Artifact(folder, replace(self.record, refit=None))

    def predictions(self, split_name: str) -> dict[str, np.ndarray]:
        """What the held-out model predicted for the windows of "validation" or "test" when it was trained.

        Returns:
            dict of probabilities (windows, labels) float32, targets (windows,) index of the label, recordings
            (windows,) index into record.split.names(split_name), and starts (windows,) seconds.

        Raises:
            InputError: the file is gone.
        """
        return window_predictions.read(self.held_out.folder, split_name)

    def refit_predictions(self) -> dict[str, np.ndarray]:
        """What a refitted model predicted for the windows of "test", if it has not heard them; as `predictions`."""
        return window_predictions.read(self.folder, "test")

    def negatives(self, split_name: str, refitted: bool = False) -> dict[str, np.ndarray] | None:
        """What was predicted for negatives that no output learns, as of `predictions`; None where there are none.

        Their targets mean nothing. Negatives that an output learns are among `predictions`.

        Args:
            refitted: by the refitted model, in place of the held-out one.
        """
        config = self.record.config
        has_some = config.negatives_chosen and not config.learned_negatives
        folder = self.folder if refitted else self.held_out.folder
        return window_predictions.read(folder, f"{split_name}{window_predictions.OF_NEGATIVES}") if has_some else None

    @property
    def variants(self) -> ConversionRecord | None:
        """What conversion found of the variants, and which one is for the app; None before the conversion."""
        return conversion.load(self.folder)

    def shipped_scores(self) -> tuple[Scores, str]:
        """Test scores of the file for the app, and its variant; of the Keras model, and "", before a file is tested."""
        variants = self.variants
        test = variants.files[variants.for_app].test if variants else None
        if variants and test and test.scores:
            return test.scores, variants.for_app
        return self.record.scores, ""

    def history(self) -> dict[str, list[float]]:
        """{what is measured: one value per epoch}, of the held-out model."""
        with open(figures(self.folder) / HISTORY, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {name: [float(row[name]) for row in rows] for name in rows[0] if name != "epoch"}

    def test_recordings(self) -> list[Path]:
        """The recordings the held-out model has neither learnt from nor been chosen by, as far as they are there."""
        return self.recordings("test")

    def training_recordings(self) -> list[Path]:
        """The recordings the held-out model has learnt from, as far as they are still there."""
        return self.recordings("train")

    def recordings(self, split_name: str) -> list[Path]:
        """The recordings of "train", "validation" or "test", as far as they are still there."""
        data = folder_of(self.record.config.data)
        names = dict.fromkeys(name.partition(PART)[0] for name in self.record.split.names(split_name))
        return [path for path in dict.fromkeys(path_named(data, name) for name in names) if path.is_file()]


def load(folder: Path | str) -> Artifact:
    """Read a trained model's folder.

    Raises:
        InputError: there is none, it is half written, or it was trained under another audio format than Constants.py
            (and the flags of its run) now say; that of a paper is taken as it is.
    """
    folder = Path(folder)
    if not folder.is_dir():
        meant = did_you_mean(folder.name, (there.name for there in folders(folder.parent) if (there / RUN).is_file()))
        raise InputError(f"{folder}: there is no trained model; run TrainModel.py first{meant}")
    missing = [name for name in (RUN, MODEL) if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} is half written ({', '.join(missing)} missing); train it again with TrainModel.py")
    record = RunRecord.read(folder)
    expected = record.audio_format if record.paper_audio_format else record.config.audio_format(record.model)
    for field in fields(AudioFormat):
        was, now = getattr(record.audio_format, field.name), getattr(expected, field.name)
        if was != now:
            raise InputError(
                f"{folder} was trained with {field.name} = {was}, Constants.py says {now}: train it again, or put "
                "Constants.py back"
            )
    return Artifact(folder, record)


def figures(folder: Path) -> Path:
    """The folder whose figures hold: that of the held-out model where the model of a folder was refitted."""
    held_out = Path(folder) / HELD_OUT
    return held_out if (held_out / RUN).is_file() else Path(folder)


def previous(folder: Path) -> Path:
    """What a trained model's folder is called once a training on other data has replaced it."""
    return folder.with_name(f"{folder.name}{PREVIOUS}")


def folders(out: Path) -> list[Path]:
    """The folders of trained models, sorted by name, without those that were replaced or are hidden."""
    found = (path for path in Path(out).glob("[!.]*") if path.is_dir() and not path.name.endswith(PREVIOUS))
    return sorted(found)


def trained(out: Path, wanted: str = "all") -> list[Artifact]:
    """Trained models.

    Args:
        out: folder of trained models.
        wanted: all of them, or names of some or folders of others, with commas; auto is the one of `chosen`.

    Raises:
        InputError: there is none, or one of those named is missing.
    """
    out = Path(out)
    found = [folder.name for folder in folders(out)]
    if wanted != "all":
        return [load(_folder(name.strip(), out, found)) for name in wanted.split(",")]
    if not found:
        raise InputError(f"{out} holds no trained model; run TrainModel.py first")
    return [load(out / name) for name in found]


def chosen(out: Path) -> str | None:
    """The name of the model that TrainModel.py --model auto has chosen in a folder; None where it has not."""
    try:
        return json.loads((out / CHOSEN).read_text(encoding="utf-8"))["chosen"]
    except (OSError, ValueError, KeyError):
        return None


def _folder(name, out, found):
    name = name if name != AUTO or name in found else chosen(out) or name
    if name in found:
        return out / name
    if len(Path(name).parts) > 1 or (Path(name) / RUN).is_file():
        return Path(name)
    if not found:
        raise InputError(f"{out} holds no trained model; run TrainModel.py first")
    if meant := did_you_mean(name, found):
        raise InputError(f"{out} holds no trained {name!r}, only {', '.join(found)}{meant}")
    raise InputError(f"{out} holds no trained {name!r}, only {', '.join(found)}; run TrainModel.py --model {name}")


def example(path: Path | str) -> Path:
    """A recording to try a model on: one held out in its training, else one of data_short.

    Args:
        path: a trained model's folder, or a file in one.
    """
    path = Path(path)
    folder = path.parent if path.suffix == ".tflite" else path
    held_out = load(folder).test_recordings() if (folder / RUN).is_file() else []
    found = held_out or sorted(DATA_SHORT.rglob("*.wav"))
    if not found:
        raise InputError(f"the recordings {folder} was tested on are gone, and so is data_short; name a recording")
    return found[0]


def load_keras(trained: Artifact) -> "keras.Model":
    """The Keras model of a folder; imports TensorFlow."""
    import_tensorflow()
    import keras

    registry.load("models", trained.name)  # registers the layers of its features

    return keras.models.load_model(trained.folder / MODEL)
