"""Layers that see what was before and nothing that comes after: in a window zeros, in a stream what they carry.

A layer with `carried` is the state of a stream: an export sets it before a hop to the values that the layer has kept of
the hops before, and reads after it what is to be kept (export/streaming.py).
"""

import keras
from keras import KerasTensor, ops


@keras.saving.register_keras_serializable("models")
class Past(keras.layers.Layer):
    """(bands, frames, channels) with `frames` more before, and with zeros around the bands.

    Args:
        frames: kernel minus stride of the convolution behind it, so that its last frame is the last one heard.
        low, high: zeros below and above the bands.
    """

    carried: KerasTensor | None = None  # (batch, bands, frames, channels)

    def __init__(self, frames: int, low: int, high: int, **kwargs):
        super().__init__(**kwargs)
        self.frames, self.low, self.high = frames, low, high

    def carried_shape(self, steps: int) -> tuple[int, ...]:
        """Of `carried`; steps do not matter."""
        return (self.input.shape[1], self.frames, self.input.shape[3])

    def call(self, x: KerasTensor) -> KerasTensor:
        zeros = 0 if self.carried is not None else self.frames
        if self.carried is not None:
            x = ops.concatenate([self.carried, x], axis=2)
            self.carried = x[:, :, x.shape[2] - self.frames :]
        return ops.pad(x, [[0, 0], [self.low, self.high], [zeros, 0], [0, 0]])

    def get_config(self) -> dict:
        return {**super().get_config(), "frames": self.frames, "low": self.low, "high": self.high}


@keras.saving.register_keras_serializable("models")
class RecentMean(keras.layers.Layer):
    """(bands, frames, channels) -> (channels,): the mean over bands and the frames of a window.

    A stream carries the means over bands of all but the newest frames, a few values for each.
    """

    carried: KerasTensor | None = None  # (batch, frames, channels)

    def carried_shape(self, steps: int) -> tuple[int, ...]:
        """Of `carried`, of windows of `steps` frames."""
        return (steps - self.input.shape[2], self.input.shape[3])

    def call(self, x: KerasTensor) -> KerasTensor:
        frames = ops.mean(x, axis=1)
        if self.carried is not None:
            n = frames.shape[1]
            frames = ops.concatenate([self.carried, frames], axis=1)
            self.carried = frames[:, n:]
        return ops.mean(frames, axis=1)
