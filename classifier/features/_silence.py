"""What stands around every model's network: the constant of a microphone goes, and digital silence is known as such.

Both are part of the model's graph, so that training, tests and the phone cannot disagree.
"""

import keras
from keras import KerasTensor, ops

FAINT = 1e-6  # of full scale, -120 dB: a thirtieth of the smallest step of 16 bits
BEYOND = 1e9  # no sample is there


@keras.saving.register_keras_serializable("features")
class Centred(keras.layers.Layer):
    """(samples,) -> (samples,) of mean 0, so that a constant (DC) offset changes nothing.

    Samples at the beginning or the end that are all equal are no sound: padding, or buffers that nobody has filled.
    They become 0 and do not count in the mean; else an offset would be a step where the sound ends.
    """

    PASSES = 2  # a sum of so many float32 is off by up to a thousandth of the mean; the second pass finds that

    def call(self, audio: KerasTensor) -> KerasTensor:
        sounding = _sounding(audio)
        high = ops.max(ops.where(sounding, audio, -BEYOND), axis=1, keepdims=True)
        low = ops.min(ops.where(sounding, audio, BEYOND), axis=1, keepdims=True)
        x = ops.where(sounding, audio - (high + low) / 2, 0.0)  # first, so that of a constant exactly 0 is left
        n = ops.maximum(ops.sum(ops.cast(sounding, "float32"), axis=1, keepdims=True), 1.0)
        for _ in range(self.PASSES):
            x = ops.where(sounding, x - ops.sum(x, axis=1, keepdims=True) / n, 0.0)
        return x


def _sounding(audio: KerasTensor) -> KerasTensor:
    """(batch, samples) bool: neither in the equal samples that begin a window nor in those that end it.

    Counted, not compared with places: these would be a constant as long as the window in every exported file.
    """
    differs = ops.cast(ops.not_equal(audio, audio[:, :1]), "float32")
    begun = ops.cumsum(differs, axis=1) > 0
    differs = ops.cast(ops.not_equal(audio, audio[:, -1:]), "float32")
    before = ops.cumsum(differs, axis=1) - differs
    return ops.logical_and(begun, before < ops.sum(differs, axis=1, keepdims=True))


@keras.saving.register_keras_serializable("features")
class Changes(keras.layers.Layer):
    """(samples,) -> (samples - 1,) from each sample to the next: 0 of a constant, as of silence."""

    def call(self, audio: KerasTensor) -> KerasTensor:
        return audio[:, 1:] - audio[:, :-1]


@keras.saving.register_keras_serializable("features")
class DigitalSilence(keras.layers.Layer):
    """[audio, probabilities] -> probabilities: of digital silence those of the silence label, or all 0.

    Probabilities are (labels,), or (frames, labels).

    Args:
        label: index of the label for silence; None: the model has none, and no label is right.
        least: a window is digital silence whose largest magnitude is no larger.
    """

    def __init__(self, label: int | None = None, least: float = FAINT, **kwargs):
        super().__init__(**kwargs)
        self.label, self.least = label, least

    def call(self, inputs: list[KerasTensor]) -> KerasTensor:
        audio, probabilities = inputs
        peak = ops.max(ops.abs(audio), axis=1, keepdims=True)
        if len(probabilities.shape) > 2:
            peak = ops.expand_dims(peak, 1)
        certain = [[float(i == self.label) for i in range(probabilities.shape[-1])]]
        return ops.where(peak > self.least, probabilities, ops.convert_to_tensor(certain, "float32"))

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        return input_shape[1]

    def get_config(self) -> dict:
        return {**super().get_config(), "label": self.label, "least": self.least}
