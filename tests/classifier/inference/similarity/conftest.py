"""A network for these tests: written by hand, so that its embeddings are known; and recordings to search."""

import numpy as np
import pytest
import soundfile

from classifier.inference.similarity import embedder
from tests import tiny_tflite
from tests.tiny_tflite import N, Tiny

RATE = 16_000
BASIS = np.linalg.qr(np.random.default_rng(0).normal(size=(N, N)))[0][:8].astype("float32")


def two_layers():
    """Bytes of a .tflite with metadata: windows of N samples -> 8 products with BASIS, its embedding -> 3 labels."""
    tiny = Tiny()
    audio = tiny.tensor((1, N))
    embedding = tiny.dense(audio, BASIS)
    last = tiny.dense(embedding, np.random.default_rng(1).normal(size=(3, 8)))
    return tiny_tflite.described(tiny.bytes([audio], [tiny.activation(last, "SOFTMAX")]), rate=RATE)


@pytest.fixture
def network(tmp_path, monkeypatch):
    """The path of `two_layers`; what is made of it lies in tmp_path, too."""
    monkeypatch.setattr(embedder, "CACHE", tmp_path / "cache")
    path = tmp_path / "tiny.tflite"
    path.write_bytes(two_layers())
    return path


def write(path, windows):
    """A recording of (windows, N) windows, one after the other, in float."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.concatenate(list(windows)), RATE, subtype="FLOAT")
    return path


def sound(seed, n=1):
    """(n, N) windows that are alike within a seed, and hardly between seeds."""
    mix = np.random.default_rng(seed).normal(size=8) + 0.02 * np.random.default_rng(seed + 99).normal(size=(n, 8))
    return (0.05 * mix @ BASIS).astype("float32")
