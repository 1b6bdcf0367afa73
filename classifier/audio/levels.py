"""Levels of a recording: decibels, clipped, too quiet."""

import numpy as np

CLIPPED_LEVEL = 10 ** (-0.1 / 20)  # of full scale; a louder sample counts as clipped, resampling may have moved it
CLIPPED_SHARE = 1e-4  # of the samples; a recording with more clipped samples is reported
QUIET_DB = -60  # RMS from full scale; a quieter recording is reported


def decibels(amplitude: float) -> float:
    """20 log10(amplitude), dB from full scale; at least -120."""
    return 20 * float(np.log10(max(amplitude, 1e-6)))


def count_clipped(signal: np.ndarray) -> int:
    """How many of (samples,) in [-1, 1] count as clipped."""
    return int((np.abs(signal) > CLIPPED_LEVEL).sum())
