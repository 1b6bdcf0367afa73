"""For nets made for frames shorter than a window: a window is cut into frames, and its answer is the mean of theirs."""

import keras
from keras import layers, ops


def over_frames(x, length, hop, net, axis=1):
    """The mean of a net's answers to the frames of a window; its weights are as many however long the window is.

    Args:
        x: a window, (samples, 1) or (bands, columns, 1).
        length, hop: of the frames, in places along the axis of time.
        net: a frame -> (n_classes,) probabilities.
        axis: that of time, the batch's being 0.
    """
    frames = Frames(length, hop, axis)
    predictions = net(frames(x))
    return MeanOfFrames(len(frames.starts))(predictions)


@keras.saving.register_keras_serializable("models")
class Frames(layers.Layer):
    """Makes each frame a row of the batch: (batch, ..., time, ...) -> (batch * frames, ..., length, ...).

    The last frame ends where the window does, so that no sample is lost.

    Raises:
        ValueError: a window is shorter than a frame.
    """

    def __init__(self, length, hop, axis=1, **kwargs):
        super().__init__(**kwargs)
        self.length, self.hop, self.axis = length, hop, axis

    def build(self, input_shape):
        last = input_shape[self.axis] - self.length
        if last < 0:
            raise ValueError(f"a window of {input_shape[self.axis]} is shorter than a frame of {self.length}")
        self.starts = [*range(0, last, self.hop), last]

    def call(self, x):
        before = (slice(None),) * self.axis
        cut = ops.stack([x[(*before, slice(start, start + self.length))] for start in self.starts], axis=1)
        return ops.reshape(cut, (-1, *cut.shape[2:]))

    def get_config(self):
        return {**super().get_config(), "length": self.length, "hop": self.hop, "axis": self.axis}


@keras.saving.register_keras_serializable("models")
class MeanOfFrames(layers.Layer):
    """(batch * frames, n_classes) -> (batch, n_classes)."""

    def __init__(self, n_frames, **kwargs):
        super().__init__(**kwargs)
        self.n_frames = n_frames

    def call(self, predictions):
        return ops.mean(ops.reshape(predictions, (-1, self.n_frames, predictions.shape[-1])), axis=1)

    def compute_output_shape(self, predictions):  # JAX cannot divide a batch of unknown size
        return None, predictions[-1]

    def get_config(self):
        return {**super().get_config(), "n_frames": self.n_frames}
