"""A sample signal to plot: two seconds, computed."""

import numpy as np

from Constants import AUDIO_PIECE_LENGTH, SAMPLE_RATE


def sample_signal():
    """A sung-like tone that climbs an octave with vibrato, a breath of noise, then a fixed tone of 1 kHz.

    Returns:
        (AUDIO_PIECE_LENGTH,) float32 in [-1, 1].
    """
    seconds = np.arange(AUDIO_PIECE_LENGTH) / SAMPLE_RATE
    position = seconds / seconds[-1]  # 0 to 1
    pitch = 220 * 2**position * (1 + 0.02 * np.sin(2 * np.pi * 5.5 * seconds))  # Hz
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    voice = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 9))
    breath = np.random.default_rng(0).normal(0, 0.3, AUDIO_PIECE_LENGTH)
    tone = np.sin(2 * np.pi * 1000 * seconds)
    signal = np.select([position < 0.6, position < 0.75], [voice, breath], tone)
    return (0.7 * signal / np.abs(signal).max()).astype("float32")
