"""The audio itself, every window at the same level, so that a microphone's gain makes no difference."""

import keras
from keras import KerasTensor, ops

from classifier.features._feature import Feature

QUIET = 1e-4  # RMS, -80 dB: windows well below it stay quiet, as silence is


@keras.saving.register_keras_serializable("features")
class LevelledWaveform(Feature):
    """(samples,) -> (samples, 1), of RMS close to 1."""

    def call(self, audio: KerasTensor) -> KerasTensor:
        level = ops.sqrt(ops.mean(ops.square(audio), axis=1, keepdims=True))
        return ops.expand_dims(audio / (level + QUIET), -1)
