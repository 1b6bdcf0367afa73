"""Magnitude of the short-time Fourier transform, equal to abs(librosa.stft(...))."""

import keras
from keras import KerasTensor, ops

from classifier.features._stft import Stft


@keras.saving.register_keras_serializable("features")
class StftMagnitude(Stft):
    """(samples,) -> (bins, frames, 1)."""

    def channels(self, real: KerasTensor, imaginary: KerasTensor) -> list[KerasTensor]:
        return [ops.sqrt(ops.square(real) + ops.square(imaginary))]
