"""Power of the short-time Fourier transform, equal to abs(librosa.stft(...)) ** 2."""

import keras
from keras import ops

from classifier.features._stft import Stft


@keras.saving.register_keras_serializable("features")
class StftPower(Stft):
    """(samples,) -> (bins, frames, 1)."""

    def channels(self, real, imaginary):
        return [ops.square(real) + ops.square(imaginary)]
