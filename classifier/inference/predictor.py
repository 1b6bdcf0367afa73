"""Load a model to run on audio: LiteRT where there is a .tflite, Keras where there is none, behind one class."""

import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from classifier.audio.spectrograms import mel_spectrograms
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.inference.litert import LiteRT
from classifier.records import artifact, tflite_metadata
from classifier.records.audio_format import AudioFormat
from Constants import TRAINED

CACHED = 4  # models that a process keeps


@dataclass(frozen=True)
class Predictor:
    """A model that is ready to run.

    Attributes:
        source: the file it was loaded from.
        audio_format: of its windows.
        labels: in the order of the outputs.
        probabilities: function of (windows, window_length) float32 audio; returns (windows, labels) in 0 to 1.
        thresholds: {label: least probability to report it}, chosen in training; a .tflite alone does not have them.
    """

    source: Path
    audio_format: AudioFormat
    labels: list[str]
    probabilities: Callable[[np.ndarray], np.ndarray]
    thresholds: dict[str, float] = field(default_factory=dict)


def find_model(model: Path | str, trained: Path = TRAINED) -> Path:
    """The path of a model that a person names.

    Args:
        model: a path; or a name: a folder of `trained`, else a network that is published as a .tflite, such as yamnet,
            which is downloaded where it is not here yet.
        trained: folder of trained models.

    Raises:
        InputError: a name is none of these.
    """
    path = Path(model)
    if path.exists() or path.name != str(path) or path.suffix == ".tflite":
        return path
    if (trained / path).is_dir():
        return trained / path
    from classifier.pretrained import weights  # what it downloads with takes a third of a second to import

    if path.name in weights.with_labels():
        return weights.fetch(path.name)
    names = sorted(run.parent.name for run in trained.glob(f"*/{artifact.RUN}"))
    there = ", ".join(names)
    raise InputError(
        f"{path}: there is no trained model; name a folder of {trained} ({there or 'none yet: run TrainModel.py'}), "
        f"a .tflite file, or {', '.join(weights.with_labels())}"
        f"{did_you_mean(path.name, [*names, *weights.with_labels()])}"
    )


def load_predictor(model: Path | str, threads: int | None = None, trained: Path = TRAINED) -> Predictor:
    """A predictor for a trained model's folder, or for a .tflite with metadata that takes raw audio.

    A folder is run by its model.tflite, or by Keras while it is not converted.

    Args:
        model: as of `find_model`.
        threads: that LiteRT may use; None: one per processor.
        trained: folder of trained models.

    Raises:
        InputError: there is no such model, or it does not say what its labels or its sample rate are.
    """
    path = find_model(model, trained)
    if path.suffix == ".tflite":
        lite = LiteRT(path, threads)
        sample_rate, labels = tflite_metadata.read(path)
        if len(labels) != lite.n_outputs:
            raise InputError(f"{path} has {lite.n_outputs} outputs and {len(labels)} labels; write its metadata again")
        return Predictor(path, AudioFormat(sample_rate=sample_rate, window_length=lite.n_inputs), labels, lite.run)
    found = artifact.load(path)
    if (path / artifact.TFLITE).is_file():
        lite = LiteRT(path / artifact.TFLITE, threads)
        return Predictor(lite.path, found.audio_format, found.labels, lite.run, found.thresholds)
    run = functools.partial(artifact.load_keras(found).predict, verbose=0)
    return Predictor(path / artifact.MODEL, found.audio_format, found.labels, run, found.thresholds)


@functools.lru_cache(CACHED)
def cached_predictor(path: Path | str, version: Hashable, threads: int | None = None) -> Predictor:
    """`load_predictor`, once per version of what lies at a path.

    Args:
        version: differs when the files there do.
    """
    return load_predictor(path, threads)


def load_dropin(path: Path | str) -> Predictor:
    """A predictor that does what the app around a drop-in does: mel spectrograms by librosa, then the drop-in.

    Args:
        path: a trained model's folder, or the drop-in in it, with or without metadata.

    Raises:
        InputError: there is no such model, it has no drop-in, or the file is none.
    """
    path = Path(path)
    trained = artifact.load(path.parent if path.suffix == ".tflite" else path)
    dropin: Path | None = path
    if path.suffix != ".tflite":
        dropin = next((file.source for file in artifact.app_files(trained) if file.is_dropin), None)
    if dropin is None:
        raise InputError(
            f"{trained.folder} has no drop-in: no app computes half of its features; use TestSignalModel.py"
        )
    lite = LiteRT(dropin)
    values = trained.audio_format.n_mels * trained.audio_format.n_frames
    if lite.n_inputs != values:
        raise InputError(
            f"{lite.path} takes {lite.n_inputs} values, and a mel spectrogram has {values}: it is no drop-in; name the "
            "folder of a model that has one"
        )

    def probabilities(windows: np.ndarray) -> np.ndarray:
        return lite.run(np.array([mel.ravel() for mel in mel_spectrograms(list(windows), trained.audio_format)]))

    return Predictor(lite.path, trained.audio_format, trained.labels, probabilities, trained.thresholds)
