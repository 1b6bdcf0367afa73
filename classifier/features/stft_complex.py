"""Real and imaginary part of the short-time Fourier transform, equal to those of librosa.stft."""

import keras
from keras import KerasTensor

from classifier.features._stft import Stft


@keras.saving.register_keras_serializable("features")
class StftComplex(Stft):
    """(samples,) -> (bins, frames, 2): real, imaginary."""

    def channels(self, real: KerasTensor, imaginary: KerasTensor) -> list[KerasTensor]:
        return [real, imaginary]
