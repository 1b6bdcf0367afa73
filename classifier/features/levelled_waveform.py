"""The audio itself, every window at the same loudness: what a microphone's gain does is undone inside the model."""

import keras
from keras import ops

from classifier.features._feature import Feature

QUIET = 1e-4  # RMS, -80 dB: windows well below it stay quiet, for that is what silence sounds like


@keras.saving.register_keras_serializable("features")
class LevelledWaveform(Feature):
    """(samples,) -> (samples, 1), of RMS close to 1."""

    def call(self, audio):
        level = ops.sqrt(ops.mean(ops.square(audio), axis=1, keepdims=True))
        return ops.expand_dims(audio / (level + QUIET), -1)
