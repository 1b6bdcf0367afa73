"""Networks made for frames shorter than a window: the mean of their predictions over the frames of a window."""

from collections.abc import Callable

import keras
from keras import KerasTensor, layers, ops


def over_frames(
    x: KerasTensor, length: int, hop: int, network: Callable[[KerasTensor], KerasTensor], axis: int = 1
) -> KerasTensor:
    """(n_classes,) mean probabilities over the frames of a window. The window's length does not change the weights.

    Args:
        x: a window, (samples, 1) or (bands, columns, 1).
        length, hop: of the frames, in samples or columns.
        network: a frame -> (n_classes,) probabilities.
        axis: the time axis; the batch axis is 0.

    Raises:
        ValueError: the window is shorter than a frame.
    """
    frames = Frames(length, hop, axis)
    predictions = network(frames(x))
    return MeanOfFrames(len(frames.starts))(predictions)


@keras.saving.register_keras_serializable("models")
class Frames(layers.Layer):
    """Each frame becomes a row of the batch: (batch, ..., time, ...) -> (batch * frames, ..., length, ...).

    The last frame ends where the window does, so that no sample is lost.

    Raises:
        ValueError: a window is shorter than a frame.
    """

    def __init__(self, length: int, hop: int, axis: int = 1, **kwargs):
        super().__init__(**kwargs)
        self.length, self.hop, self.axis = length, hop, axis

    def build(self, input_shape: tuple) -> None:
        last = input_shape[self.axis] - self.length
        if last < 0:
            raise ValueError(f"a window of {input_shape[self.axis]} is shorter than a frame of {self.length}")
        self.starts = [*range(0, last, self.hop), last]

    def call(self, x: KerasTensor) -> KerasTensor:
        before = (slice(None),) * self.axis
        cut = ops.stack([x[(*before, slice(start, start + self.length))] for start in self.starts], axis=1)
        return ops.reshape(cut, (-1, *cut.shape[2:]))

    def get_config(self) -> dict:
        return {**super().get_config(), "length": self.length, "hop": self.hop, "axis": self.axis}


@keras.saving.register_keras_serializable("models")
class MeanOfFrames(layers.Layer):
    """(batch * frames, n_classes) -> (batch, n_classes)."""

    def __init__(self, n_frames: int, **kwargs):
        super().__init__(**kwargs)
        self.n_frames = n_frames

    def call(self, predictions: KerasTensor) -> KerasTensor:
        return ops.mean(ops.reshape(predictions, (-1, self.n_frames, predictions.shape[-1])), axis=1)

    def compute_output_shape(self, predictions: tuple) -> tuple:  # JAX cannot divide a batch of unknown size
        return None, predictions[-1]

    def get_config(self) -> dict:
        return {**super().get_config(), "n_frames": self.n_frames}
