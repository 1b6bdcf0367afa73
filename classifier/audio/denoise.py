"""Take out of a recording what is not its sound: noise by spectral gating (noisereduce), silence by level (librosa)."""

import sys

import numpy as np

from classifier.core.console import say

QUIETEST_SECONDS = 0.5  # of a recording that tell its noise when nobody says where the noise is
FRAME, HOP = 512, 128  # samples in which the level is measured
KEPT_SECONDS = 0.05  # left before and after what is heard: consonants begin softly


def warm_up():
    """Import librosa, which takes its time."""
    if "librosa" not in sys.modules:
        say("silence by librosa; in a new environment it compiles itself first, some 20 s ...")
        import librosa

        librosa.effects.trim(np.ones(FRAME, "float32"))


def reduce_noise(signal, sample_rate, noise):
    """Spectral gating: what does not stand out from the noise, frequency by frequency, is turned down.

    Source: Sainburg, Thielk & Gentner 2020, the method of the noisereduce library.

    Args:
        signal: (samples,) float32.
        noise: (n,) what the noise alone sounds like; None for the whole signal, as if all of it were noise.

    Returns:
        (samples,) float32.
    """
    import noisereduce

    if not signal.any():
        return signal
    reduced = noisereduce.reduce_noise(y=signal, sr=sample_rate, y_noise=noise, stationary=True)
    return np.nan_to_num(reduced).astype("float32")


def quietest(signal, sample_rate):
    """The half second of a signal with the least power; all of it when it is shorter than two of them."""
    n = round(QUIETEST_SECONDS * sample_rate)
    if len(signal) < 2 * n:
        return signal
    power = np.concatenate([[0], np.cumsum(np.square(signal, dtype="float64"))])
    start = int((power[n:] - power[:-n]).argmin())
    return signal[start : start + n]


def heard(signal, sample_rate, top_db):
    """Where something is heard: what is less than top_db below the loudest moment.

    Returns:
        (parts, 2) first sample and the one behind the last, in order, apart from each other.
    """
    import librosa

    parts = librosa.effects.split(signal, top_db=top_db, frame_length=FRAME, hop_length=HOP)
    margin = round(KEPT_SECONDS * sample_rate)
    wider = np.clip(parts + [-margin, margin], 0, len(signal))
    apart = np.flatnonzero(wider[1:, 0] > wider[:-1, 1]) + 1
    return np.array([[part[0, 0], part[-1, 1]] for part in np.split(wider, apart) if len(part)])


def trim(signal, sample_rate, top_db):
    """The signal without the silence at its ends."""
    parts = heard(signal, sample_rate, top_db)
    return signal[parts[0, 0] : parts[-1, 1]] if len(parts) else signal


def cut_silence(signal, sample_rate, top_db):
    """The signal without any silence: what is heard, put together."""
    parts = heard(signal, sample_rate, top_db)
    return np.concatenate([signal[start:end] for start, end in parts]) if len(parts) else signal
