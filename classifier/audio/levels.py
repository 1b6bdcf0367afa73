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


class WindowPowers:
    """The mean power of each window of a recording that comes block by block."""

    def __init__(self, window_length: int) -> None:
        self.window_length, self.held, self.powers = window_length, np.empty(0, "float32"), []

    def add(self, block: np.ndarray) -> None:
        """Take (n,) samples."""
        held = np.concatenate([self.held, block])
        whole = held[: len(held) // self.window_length * self.window_length].reshape(-1, self.window_length)
        self.powers += [float(np.dot(row, row)) / self.window_length for row in whole]
        self.held = held[whole.size :]

    def found(self) -> np.ndarray:
        """(windows,) powers; of a recording shorter than a window, that of all of it."""
        if self.powers or not len(self.held):
            return np.array(self.powers)
        return np.array([float(np.dot(self.held, self.held)) / len(self.held)])
