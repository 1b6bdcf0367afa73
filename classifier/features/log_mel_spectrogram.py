"""Mel spectrogram in decibels, equal to librosa.power_to_db(librosa.feature.melspectrogram(...))."""

import keras
from keras import KerasTensor

from classifier.features._decibels import decibels
from classifier.features.mel_spectrogram import MelSpectrogram


@keras.saving.register_keras_serializable("features")
class LogMelSpectrogram(MelSpectrogram):
    """(samples,) -> (bands, frames, 1) dB, at most 80 dB below a window's loudest value."""

    def call(self, audio: KerasTensor) -> KerasTensor:
        return self.from_app(self.for_app(audio))

    def for_app(self, audio: KerasTensor) -> KerasTensor:
        """The first half, which an app may compute itself: (samples,) -> (bands, frames, 1) power."""
        return super().call(audio)

    def from_app(self, power: KerasTensor) -> KerasTensor:
        """The second half: (bands, frames, 1) power -> (bands, frames, 1) dB."""
        return decibels(power)
