"""The audio itself."""

import keras
from keras import KerasTensor, ops

from classifier.features._feature import Feature


@keras.saving.register_keras_serializable("features")
class Waveform(Feature):
    """(samples,) -> (samples, 1)."""

    def call(self, audio: KerasTensor) -> KerasTensor:
        return ops.expand_dims(audio, -1)
