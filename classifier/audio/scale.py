"""Samples that leave [-1, 1]: a little is clipped and counted, much is another scale than float's."""

import numpy as np

from classifier.core.errors import InputError

HIGHEST = 1.5  # amplitude up to which resampling and lossy codecs may lift full scale
AMPLIFIED = 16  # up to here the sound was made louder, not written in whole numbers
WHOLE_NUMBERS = {"int16": 2**15, "int24": 2**23, "int32": 2**31}  # full scale; resampling may pass it by HIGHEST


def clip(samples: np.ndarray, what: object) -> tuple[np.ndarray, int]:
    """Samples cut to [-1, 1], and how many were outside.

    Args:
        samples: (n,) float32, finite.
        what: they are of, for the message.

    Raises:
        InputError: one is above HIGHEST; the message says which scale it looks like.
    """
    peak = float(np.abs(samples).max(initial=0))
    if peak > HIGHEST:
        raise InputError(f"{what} reaches {peak:.6g}, and samples must lie in [-1, 1]{_guess(peak)}")
    if peak <= 1:
        return samples, 0
    return np.clip(samples, -1, 1), int((np.abs(samples) > 1).sum())


def _guess(peak: float) -> str:
    if peak <= AMPLIFIED:
        return ": was it made louder? Divide it by its peak"
    scale = next((name for name, full in WHOLE_NUMBERS.items() if peak <= HIGHEST * full), None)
    return f": {scale} scale? Divide it by {WHOLE_NUMBERS[scale]}" if scale else ": is it audio?"
