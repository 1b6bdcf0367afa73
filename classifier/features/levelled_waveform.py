"""The audio itself at one level, whatever the gain of the microphone; the noise of a silent room stays soft."""

import keras
from keras import KerasTensor, ops

from classifier.features._feature import Feature

QUIET = 1e-3  # RMS, -60 dB: windows well below it stay quiet, as silence is
QUIET_BEFORE = 1e-4  # of models that were saved when the layer had no such setting


@keras.saving.register_keras_serializable("features")
class LevelledWaveform(Feature):
    """(samples,) -> (samples, 1), of RMS level / (level + quiet).

    Args:
        quiet: RMS that is brought to 1/2; that of much louder windows is close to 1, of much softer ones to 0.
    """

    def __init__(self, quiet: float = QUIET, **kwargs) -> None:
        super().__init__(**kwargs)
        self.quiet = quiet

    @classmethod
    def from_config(cls, config: dict) -> "LevelledWaveform":
        return cls(**{"quiet": QUIET_BEFORE, **config})

    def call(self, audio: KerasTensor) -> KerasTensor:
        level = ops.sqrt(ops.mean(ops.square(audio), axis=1, keepdims=True))
        return ops.expand_dims(audio / (level + self.quiet), -1)
