"""Spectrograms by librosa, for plots and drop-in inputs.

The models compute their own features; a test holds the two equal.
"""

import sys
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from classifier.core.console import say

WIDEST = 48_000  # Hz; the highest sample rate of sounds for ears: above it, the mel scale is stretched


class SpectrogramFormat(Protocol):
    """The part of an AudioFormat that spectrograms need. sample_rate: Hz. n_fft, hop_length: samples."""

    @property
    def sample_rate(self) -> int: ...

    @property
    def n_fft(self) -> int: ...

    @property
    def hop_length(self) -> int: ...

    @property
    def n_mels(self) -> int: ...


def _librosa():
    if "librosa" not in sys.modules:
        say("spectrograms by librosa; in a new environment it compiles itself first ...")
    import librosa

    return librosa


def power_spectrogram(signal: np.ndarray, audio_format: SpectrogramFormat) -> np.ndarray:
    """(samples,) -> (n_fft / 2 + 1, frames) power."""
    return np.abs(_librosa().stft(signal, n_fft=audio_format.n_fft, hop_length=audio_format.hop_length)) ** 2


def mel_spectrograms(signals: Sequence[np.ndarray], audio_format: SpectrogramFormat) -> list[np.ndarray]:
    """[(samples,), ...] -> [(n_mels, frames) power, ...], bands as of features/mel_spectrogram."""
    rate = min(audio_format.sample_rate, WIDEST)
    bands = _librosa().filters.mel(sr=rate, n_fft=audio_format.n_fft, n_mels=audio_format.n_mels)
    powers = (power_spectrogram(np.asarray(signal), audio_format) for signal in signals)
    return [np.einsum("ft,mf->mt", power, bands, optimize=True) for power in powers]  # librosa.feature takes a second
