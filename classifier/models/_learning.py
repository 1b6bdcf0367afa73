"""Layers between features and body that alter features in training, and are never part of a saved model."""

import keras
from keras import KerasTensor


class Masks(keras.layers.Layer):
    """Sets two spans of each axis (bands, frames) to the mean, 0, in training.

    Source: Park et al., Interspeech 2019, arXiv 1904.08779 (SpecAugment).

    Args:
        share: largest width of a span, as a share of its axis.
    """

    N = 2

    def __init__(self, share: float):
        super().__init__()
        self.share, self.random = share, keras.random.SeedGenerator()

    def call(self, x: KerasTensor, training: bool = False) -> KerasTensor:
        if not training:
            return x
        for axis in range(1, len(x.shape) - 1):
            size = x.shape[axis]
            along = [1] * len(x.shape)
            along[axis] = size
            places = keras.ops.reshape(keras.ops.arange(size, dtype="float32"), along)
            for _ in range(self.N):
                each = (keras.ops.shape(x)[0], *[1] * (len(x.shape) - 1))
                width = keras.random.uniform(each, seed=self.random) * self.share * size
                start = keras.random.uniform(each, seed=self.random) * (size - width)
                x = keras.ops.where((places >= start) & (places < start + width), 0.0, x)
        return x


class FrequencyMixStyle(keras.layers.Layer):
    """Gives half of the windows, in training, a mix of their own mean and deviation per band and of another window's.

    A device and a room show in the mean and the deviation of each band over time; what is heard, in their course.

    Source: Zhou, Yang, Qiao & Xiang, ICLR 2021, arXiv 2104.02008; per band: Kim et al., Interspeech 2022, arXiv
        2206.12513, and Schmid et al., DCASE 2022.

    Args:
        strength: the shares of their own are from Beta(strength, strength).
    """

    SHARE = 0.5  # of the windows
    LEAST = 1e-6  # variance

    def __init__(self, strength: float):
        super().__init__()
        self.strength, self.random = strength, keras.random.SeedGenerator()

    def call(self, x: KerasTensor, training: bool = False) -> KerasTensor:
        """(windows, bands, frames, channels), the same shape."""
        if not training:
            return x
        n = keras.ops.shape(x)[0]
        others = keras.random.shuffle(keras.ops.arange(n), seed=self.random)
        own = keras.random.beta((n, 1, 1, 1), self.strength, self.strength, seed=self.random)
        stays = keras.random.uniform((n, 1, 1, 1), seed=self.random) >= self.SHARE
        return self.mixed(x, others, keras.ops.where(stays, 1.0, own))

    def mixed(self, x: KerasTensor, others: KerasTensor, own: KerasTensor) -> KerasTensor:
        """x with its statistics mixed; others: (windows,) whose; own: (windows, 1, 1, 1) share of its own."""
        mean = keras.ops.mean(x, axis=(2, 3), keepdims=True)
        deviation = keras.ops.sqrt(keras.ops.var(x, axis=(2, 3), keepdims=True) + self.LEAST)
        of_other = [keras.ops.take(values, others, axis=0) for values in (mean, deviation)]
        new_mean, new_deviation = (
            own * values + (1 - own) * other for values, other in zip((mean, deviation), of_other, strict=True)
        )
        return (x - mean) / deviation * new_deviation + new_mean
