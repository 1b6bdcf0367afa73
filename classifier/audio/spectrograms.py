"""Spectrograms by librosa, for plots and for what an app feeds to a drop-in.

The models compute their own inside; a test holds the two equal.
"""

import sys

import numpy as np

from classifier.core.console import say


def _librosa():
    if "librosa" not in sys.modules:
        say("spectrograms by librosa; in a new environment it compiles itself first, some 20 s ...")
    import librosa

    return librosa


def power_spectrogram(signal, audio_format):
    """(samples,) -> (n_fft / 2 + 1, frames) power."""
    return np.abs(_librosa().stft(signal, n_fft=audio_format.n_fft, hop_length=audio_format.hop_length)) ** 2


def mel_spectrograms(signals, audio_format):
    """[(samples,), ...] -> [(n_mels, frames) power, ...]."""
    mel = _librosa().feature.melspectrogram
    settings = {"sr": audio_format.sample_rate, "n_fft": audio_format.n_fft, "hop_length": audio_format.hop_length}
    return [mel(y=np.asarray(signal), n_mels=audio_format.n_mels, **settings) for signal in signals]
