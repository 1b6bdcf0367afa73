"""A take of the microphone: without the silence at its ends, and at one level.

The ends are those of audio.denoise.trim with PrepareData.py's 30 dB, without librosa, which the server would load for
seconds.
"""

import numpy as np

from classifier.audio.denoise import FRAME, HOP, KEPT_SECONDS
from Constants import SILENT_LABELS

TOP_DB = 30  # audio so far below a take's loudest moment is silence
PEAK = 10 ** (-3 / 20)  # of a levelled take
MOST_GAIN = 10 ** (20 / 20)  # what is quieter still is rather noise


def prepared(signal: np.ndarray, sample_rate: int, label: str | None) -> np.ndarray:
    """(samples,) float32 -> (fewer samples,) float32; silence that is itself the label is left as it is."""
    if label in SILENT_LABELS:
        return signal
    trimmed = trim(signal, sample_rate)
    peak = float(np.abs(trimmed).max())
    return (trimmed * min(PEAK / peak, MOST_GAIN)).astype("float32") if peak else trimmed


def trim(signal: np.ndarray, sample_rate: int) -> np.ndarray:
    """(samples,) from the first to the last moment that is less than TOP_DB below the loudest."""
    padded = np.pad(signal.astype("float64"), FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    power = np.maximum(np.square(frames).mean(axis=1), 1e-10)
    audible = np.flatnonzero(power > power.max() * 10 ** (-TOP_DB / 10))
    margin = round(KEPT_SECONDS * sample_rate)
    start, end = audible[0] * HOP - margin, (audible[-1] + 1) * HOP + margin
    return signal[max(0, start) : min(len(signal), end)]
