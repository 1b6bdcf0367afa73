"""What a network makes of a window before its last layer: sounds that are alike are near each other.

The network is a .tflite without its last layer, so LiteRT computes it and TensorFlow is not imported.
"""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.core import atomic_files
from classifier.core.errors import InputError
from classifier.inference.litert import LiteRT
from classifier.inference.predictor import OPEN_SECONDS, channel_of, find_model
from classifier.records import artifact, tflite_embedding, tflite_labels, tflite_metadata
from classifier.records.audio_format import AudioFormat
from Constants import CACHE, TRAINED

FOLDER = "embedders"  # in CACHE: the networks without their last layers
STORED = "float16"  # of embeddings: half the bytes of float32, and cosines differ in the fourth digit
CACHED = 2  # networks that a process keeps
AT_ONCE = 16  # windows


@dataclass(frozen=True)
class Embedder:
    """A network that is ready to compute embeddings; a process that is sent one loads it there.

    Attributes:
        model: the file that it was made from.
        network: the file without its last layer.
        version: hash of `model`.
        audio_format: of its windows.
        width: values of an embedding.
        channel: of audio.channels.CHANNELS, what it hears of recordings with several.
    """

    model: Path
    network: Path
    version: str
    audio_format: AudioFormat
    width: int
    channel: str

    def embed(self, windows: np.ndarray, threads: int = 1) -> np.ndarray:
        """The embeddings of windows: of length 1, so that their product is the cosine of the angle between them.

        Args:
            windows: (windows, window_length) float32 audio.
            threads: that compute at once.

        Returns:
            (windows, width) of type STORED; zeros for a window of equal samples, in which nothing is heard.

        Raises:
            InputError: the network gives NaN or infinity.
        """
        values = _network(self.network, self.audio_format.window_length, threads).run(windows)
        if not np.isfinite(values).all():
            raise InputError(f"{self.model} gives NaN or infinity for some windows; name another model")
        values[np.ptp(windows, axis=1) == 0] = 0
        lengths = np.linalg.norm(values, axis=1, keepdims=True)
        return (values / np.where(lengths > 0, lengths, 1)).astype(STORED)


def load_embedder(model: Path | str, trained: Path = TRAINED, channel: str | None = None) -> Embedder:
    """The embedder of a model.

    Args:
        model: as of predictor.find_model: yamnet, a trained model's name or folder, or a .tflite; one that computes
            embeddings is taken as it is.
        trained: folder of trained models.
        channel: of audio.channels.CHANNELS; None: what its training says.

    Raises:
        InputError: there is no such model, it is not converted, or its layer before the last cannot be told.
    """
    path = find_model(model, trained)
    channel = channel or channel_of(path)
    if path.suffix == ".tflite" and (rate := tflite_metadata.embedding_rate(path)):
        return _ready(path, path, rate, LiteRT(path, 1).n_inputs, channel)
    if path.suffix != ".tflite":
        found = artifact.load(path)
        path, rate, n_labels, described, length = path / artifact.TFLITE, None, len(found.labels), None, None
        if not path.is_file():
            raise InputError(f"{path.parent} is not converted: run ConvertModelToTFLite.py --model {found.name} first")
        rate = found.audio_format.sample_rate
    else:
        says = tflite_labels.describe(path)
        rate, n_labels, described = says.sample_rate, len(says.labels), says.output
        length = OPEN_SECONDS * rate
    whole = LiteRT(path, 1, None, n_labels, described, length)
    if whole.has_signatures:
        raise InputError(f"{path} has several signatures; embeddings are computed with files that have one")
    network = CACHE / FOLDER / f"{_version(path)[:16]}.tflite"
    if not network.is_file():
        cut = tflite_embedding.before_last_layer(path, whole.head.tensor.index)
        network.parent.mkdir(parents=True, exist_ok=True)
        with atomic_files.new_file(network) as fresh:
            fresh.write_bytes(cut)
    return _ready(path, network, rate, whole.n_inputs, channel)


def _ready(model: Path, network: Path, rate: int, window_length: int, channel: str) -> Embedder:
    audio_format = AudioFormat(sample_rate=rate, window_length=window_length)
    width = _network(network, window_length, 1).n_outputs
    return Embedder(model, network, _version(model), audio_format, width, channel)


def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.lru_cache(CACHED)
def _network(path: Path, window_length: int, threads: int) -> LiteRT:
    return LiteRT(path, threads, open_length=window_length)
