"""Remove noise by spectral gating and silence by level.

The only module that imports noisereduce."""

import sys

import numpy as np

from classifier.core.console import say

QUIETEST_SECONDS = 0.5  # length of the moment that is taken for noise
SPECTRAL_FRAME = 1024  # samples, of noisereduce
FRAME, HOP = 512, 128  # samples; the level is measured in frames
KEPT_SECONDS = 0.05  # kept before and after audible parts: consonants begin softly


def warm_up() -> None:
    """Import librosa now, which takes seconds."""
    if "librosa" not in sys.modules:
        say("loading librosa; in a new environment it compiles itself first ...")
        import librosa

        librosa.effects.trim(np.ones(FRAME, "float32"))


def reduce_noise(signal: np.ndarray, sample_rate: int, noise: np.ndarray | None) -> np.ndarray:
    """Spectral gating: attenuate, frequency by frequency, what is no louder than the noise.

    Source: Sainburg, Thielk & Gentner 2020, the method of the noisereduce library.

    Args:
        signal: (samples,) float32.
        sample_rate: Hz.
        noise: (n,) the noise alone; None takes the whole signal for it. What is shorter than the spectral frames of
            noisereduce repeats until it fills one.

    Returns:
        (samples,) float32.
    """
    import noisereduce

    if not signal.any():
        return signal
    noise = noise if noise is None else _at_least_a_frame(noise)
    reduced = noisereduce.reduce_noise(y=_at_least_a_frame(signal), sr=sample_rate, y_noise=noise, stationary=True)
    return np.nan_to_num(reduced).astype("float32")[: len(signal)]


def _at_least_a_frame(samples):
    return np.resize(samples, max(len(samples), SPECTRAL_FRAME))


def quietest(signal: np.ndarray, sample_rate: int) -> np.ndarray:
    """The QUIETEST_SECONDS of (samples,) with the least power; all of it when it is shorter than twice that."""
    n = round(QUIETEST_SECONDS * sample_rate)
    if len(signal) < 2 * n:
        return signal
    power = np.concatenate([[0], np.cumsum(np.square(signal, dtype="float64"))])
    start = int((power[n:] - power[:-n]).argmin())
    return signal[start : start + n]


def audible_parts(signal: np.ndarray, sample_rate: int, top_db: float) -> np.ndarray:
    """The parts of (samples,) that are less than top_db below its loudest moment.

    Returns:
        (parts, 2) int, first sample and the one after the last, ascending and disjoint.
    """
    import librosa

    parts = librosa.effects.split(signal, top_db=top_db, frame_length=FRAME, hop_length=HOP)
    margin = round(KEPT_SECONDS * sample_rate)
    wider = np.clip(parts + [-margin, margin], 0, len(signal))
    apart = np.flatnonzero(wider[1:, 0] > wider[:-1, 1]) + 1
    return np.array([[part[0, 0], part[-1, 1]] for part in np.split(wider, apart) if len(part)])


def trim(signal: np.ndarray, sample_rate: int, top_db: float) -> np.ndarray:
    """(samples,) without the silence at its ends; silence is as of `audible_parts`."""
    parts = audible_parts(signal, sample_rate, top_db)
    return signal[parts[0, 0] : parts[-1, 1]] if len(parts) else signal


def cut_silence(signal: np.ndarray, sample_rate: int, top_db: float) -> np.ndarray:
    """(samples,) without any silence: its audible parts, joined."""
    parts = audible_parts(signal, sample_rate, top_db)
    return np.concatenate([signal[start:end] for start, end in parts]) if len(parts) else signal
