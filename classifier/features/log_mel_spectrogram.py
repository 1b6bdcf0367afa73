"""Mel spectrogram in decibels, equal to librosa.power_to_db(librosa.feature.melspectrogram(...))."""

import math

import keras
from keras import ops

from classifier.features.mel_spectrogram import MelSpectrogram

SMALLEST_POWER = 1e-10  # -100 dB, librosa's amin: digital silence has a logarithm too
RANGE_DB = 80  # librosa's top_db: what lies further below a piece's loudest band is noise of the arithmetic


@keras.saving.register_keras_serializable("features")
class LogMelSpectrogram(MelSpectrogram):
    """(samples,) -> (bands, frames, 1) dB."""

    def call(self, audio):
        return self.from_app(self.for_app(audio))

    def for_app(self, audio):
        """The first half, which an app may compute itself: (samples,) -> (bands, frames, 1) power."""
        return super().call(audio)

    def from_app(self, power):
        """The second half: (bands, frames, 1) power -> the same in dB."""
        decibels = 10 / math.log(10) * ops.log(ops.maximum(power, SMALLEST_POWER))
        return ops.maximum(decibels, ops.max(decibels, axis=(1, 2, 3), keepdims=True) - RANGE_DB)
