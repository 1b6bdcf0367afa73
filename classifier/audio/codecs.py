"""Encode samples and decode them again, in memory: what a codec leaves of a sound."""

import io

import numpy as np
import soundfile

MU = 255  # of mu-law, ITU-T G.711, in its continuous form
STEPS = 127  # of mu-law to each side of 0
MP3_RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


def mu_law(samples: np.ndarray) -> np.ndarray:
    """(n,) in [-1, 1] rounded to the 255 values of mu-law, which lie close where it is quiet; 0 stays 0."""
    compressed = np.sign(samples) * np.log1p(MU * np.abs(samples)) / np.log1p(MU)
    steps = np.round(compressed * STEPS) / STEPS
    return (np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(MU)) / MU).astype("float32")


def mp3(samples: np.ndarray, sample_rate: int, compression: float) -> np.ndarray:
    """(n,) in [-1, 1] through mp3, in its place and about as long; sample_rate: of MP3_RATES, in Hz.

    Args:
        compression: from 0 to 1, as libsndfile counts.
    """
    return _through(samples, sample_rate, compression, "MP3", "MPEG_LAYER_III")


def vorbis(samples: np.ndarray, sample_rate: int, compression: float) -> np.ndarray:
    """(n,) in [-1, 1] through Vorbis, which knows all rates; else as `mp3`."""
    return _through(samples, sample_rate, compression, "OGG", "VORBIS")


def _through(samples, sample_rate, compression, container, codec):
    file = io.BytesIO()
    settings = {"format": container, "subtype": codec, "compression_level": compression}
    soundfile.write(file, samples, sample_rate, **settings)
    file.seek(0)
    return soundfile.read(file, dtype="float32")[0]
