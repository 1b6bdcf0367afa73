"""A trained model's folder: everything a later step needs, written whole or not at all.

trained/<model>/model.keras  run.json  history.csv  predictions.npz  logs/  report/*.png      TrainModel
                model.tflite  model_float16.tflite  model_dynamic.tflite  model_int8.tflite
                model_dropin.tflite  variants.json                                        ConvertModelToTFLite
                model_<model>_metadata.tflite ...                                         WriteMetadataToModel
"""

import csv
import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from classifier.core import atomic_files, registry
from classifier.core.console import import_tensorflow
from classifier.core.errors import InputError
from classifier.data.layouts import PART, folder_of
from classifier.records.audio_format import AudioFormat
from classifier.records.run_record import FILE as RUN
from classifier.records.run_record import RunRecord
from Constants import DATA_SHORT

MODEL = "model.keras"
HISTORY = "history.csv"
PREDICTIONS = "predictions.npz"  # of the validation and the test split, window by window
REPORT = "report"
PAGE = "index.html"  # of the report
TFLITE = "model.tflite"
FLOAT32, FLOAT16, DYNAMIC, INT8 = "float32", "float16", "dynamic", "int8"
KINDS = {  # of files for a phone, from large to small: all answer alike, and not every model has all
    FLOAT32: TFLITE,
    FLOAT16: "model_float16.tflite",  # weights in half as many bits
    DYNAMIC: "model_dynamic.tflite",  # weights in 8 bits, the rest in floats
    INT8: "model_int8.tflite",  # the network in whole numbers of 8 bits
}
RECOMMENDED = "recommended"
VARIANTS = "variants.json"  # what each of these files is worth, and which is recommended
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
    def thresholds(self) -> dict[str, float]:
        return self.record.thresholds

    def predictions(self, split_name: str) -> dict[str, np.ndarray]:
        """What the model predicted for the windows of "validation" or "test" when it was trained.

        Returns:
            dict of probabilities (windows, labels) float32, targets (windows,) index of the label, recordings
            (windows,) index into record.split.names(split_name), and starts (windows,) seconds.

        Raises:
            InputError: the file is gone.
        """
        path = self.folder / PREDICTIONS
        if not path.is_file():
            raise InputError(f"{path} is not there; train it again with TrainModel.py")
        with np.load(path) as held:
            return {name: held[f"{split_name}_{name}"] for name in ("probabilities", "targets", "recordings", "starts")}

    @property
    def variants(self):
        """What variants.measure found of the files for a phone, and which kind is for the app; {} before that."""
        path = self.folder / VARIANTS
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def history(self) -> dict[str, list[float]]:
        """{what is measured: one value per epoch}."""
        with open(self.folder / HISTORY, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {name: [float(row[name]) for row in rows] for name in rows[0] if name != "epoch"}

    def test_recordings(self):
        """The recordings the model has neither learnt from nor been chosen by, as far as they are still there."""
        return self._recordings("test")

    def training_recordings(self):
        """The recordings the model has learnt from, as far as they are still there."""
        return self._recordings("train")

    def _recordings(self, split_name):
        data = folder_of(self.record.config.data)
        names = dict.fromkeys(name.partition(PART)[0] for name in self.record.split.names(split_name))
        return [path for path in (data / name for name in names) if path.is_file()]


def load(folder):
    """Read a trained model's folder.

    Raises:
        InputError: there is none, it is half written, or it was trained under another audio format than Constants.py
            (and the flags of its run) now say; that of a paper is taken as it is.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no trained model; run TrainModel.py first")
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


def trained(out, wanted="all"):
    """The trained models in a folder: all, or those named with commas.

    Raises:
        InputError: there is none, or one of those named is missing.
    """
    out = Path(out)
    found = sorted(path.name for path in out.glob("*") if path.is_dir() and not path.name.startswith("."))
    if not found:
        raise InputError(f"{out} holds no trained model; run TrainModel.py first")
    names = found if wanted == "all" else [name.strip() for name in wanted.split(",")]
    for name in names:
        if name not in found:
            raise InputError(
                f"{out} holds no trained {name!r}, only {', '.join(found)}; run TrainModel.py --model {name}"
            )
    return [load(out / name) for name in names]


@dataclass(frozen=True)
class AppFile:
    """A file to copy into an app: made from which .tflite of which kind, under which name, and what it takes."""

    source: Path
    target: Path
    takes: str
    kind: str
    is_dropin: bool = False


def app_files(trained):
    """The files step 3 writes, raw audio first. The drop-in has the name that the app of old opens.

    Raises:
        InputError: the model is not converted yet, or not to the kind that is for the app.
    """
    folder, name = trained.folder, trained.name
    kind = trained.variants.get("for_app", FLOAT32)
    source = folder / KINDS[kind]
    if not source.is_file():
        raise InputError(f"{folder} has no {source.name}; run ConvertModelToTFLite.py, which says why if it makes none")
    plain, dropin = folder / f"model_{name}_metadata.tflite", folder / DROPIN
    has_dropin = dropin.is_file()
    target = folder / f"model_{name}_audio_metadata.tflite" if has_dropin else plain
    first = AppFile(source, target, f"{trained.audio_format.seconds:g} s of audio", kind)
    return [first, *([AppFile(dropin, plain, "the app's mel spectrogram", FLOAT32, True)] if has_dropin else [])]


def write_variants(trained, found):
    """Write variants.json, what `Artifact.variants` reads."""
    with atomic_files.new_file(trained.folder / VARIANTS) as fresh:
        fresh.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def take(trained, kind):
    """Let the file of a kind, or the recommended one, be the one for the app.

    Raises:
        InputError: the model has no such file.
    """
    found = trained.variants
    chosen = found.get("recommended") if kind == RECOMMENDED else kind
    if chosen not in found.get("files", ()):
        has = ", ".join(found.get("files", ())) or "nothing yet"
        raise InputError(f"{trained.folder} is not converted to {kind} ({has}); run ConvertModelToTFLite.py")
    write_variants(trained, {**found, "for_app": chosen})


def taken_by(found, kind):
    """Which runtimes take a file, in a cell of a table: "all", or who refuses it and who cannot run here.

    Args:
        found: what variants.json holds.
        kind: of KINDS.
    """
    refused, not_tried = found["files"][kind]["refused"], found["not_tried"]
    cells = [f"not {', '.join(refused)}"] * bool(refused) + [f"not tried here: {', '.join(not_tried)}"] * bool(
        not_tried
    )
    return "; ".join(cells) or "all"


def example(path):
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


def load_keras(trained):
    """The Keras model of a folder; imports TensorFlow."""
    import_tensorflow()
    import keras

    registry.load("models", trained.name)  # registers the layers of its features

    return keras.models.load_model(trained.folder / MODEL)


def write_predictions(folder, predictions):
    """Write predictions.npz, {split: what Artifact.predictions returns}, into a folder under construction."""
    named = {
        f"{split_name}_{name}": values
        for split_name, of_split in predictions.items()
        for name, values in of_split.items()
    }
    np.savez_compressed(Path(folder) / PREDICTIONS, **named)
