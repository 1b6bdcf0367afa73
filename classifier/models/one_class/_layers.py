"""From an embedding to a score: the distance to the normal, and what it means beside other normal windows."""

import keras
import numpy as np
from keras import KerasTensor, layers, ops

LEAST = 1e-6  # of a distance, whose logarithm is taken
LEAST_DEVIATION = 0.01  # of a value, as a share of the mean deviation
LEAST_SCALE = 1e-3  # a larger inverse does not fit into float16
NOWHERE = 100.0  # deviations from the mean: a place that holds no embedding is near to no sound
LEAST_GAP = 0.05  # of the logarithms at the median and at the threshold: equal ones would make a step of the score


@keras.saving.register_keras_serializable("one_class")
class Summary(layers.Layer):
    """(bands, frames, 1) -> (2 * bands / TOGETHER,) mean and standard deviation of bands over time.

    Those of neighbouring bands, which are alike, are averaged.
    """

    TOGETHER = 4  # 128 mel bands become 32

    def call(self, features: KerasTensor) -> KerasTensor:
        x = features[..., 0]
        mean = ops.mean(x, axis=2)
        deviation = ops.sqrt(ops.mean(ops.square(x - mean[..., None]), axis=2) + LEAST)
        return ops.concatenate([self._joined(mean), self._joined(deviation)], axis=1)

    def _joined(self, values):
        n = values.shape[1]
        together = self.TOGETHER if n % self.TOGETHER == 0 else 1
        return ops.mean(ops.reshape(values, (-1, n // together, together)), axis=2)


@keras.saving.register_keras_serializable("one_class")
class Mahalanobis(layers.Layer):
    """(values,) -> (1,) log of the squared Mahalanobis distance to the normal, per value: about 0 of a normal one."""

    def build(self, input_shape: tuple) -> None:
        n = input_shape[-1]
        self.mean = self.add_weight(shape=(n,), initializer="zeros", trainable=False, name="mean")
        self.whitening = self.add_weight(shape=(n, n), initializer="identity", trainable=False, name="whitening")

    def learn(self, values: np.ndarray) -> None:
        """Take mean and covariance, shrunk as Ledoit and Wolf say, from (windows, values) normal embeddings."""
        from sklearn.covariance import LedoitWolf

        found = LedoitWolf().fit(np.asarray(values, "float64"))
        variances, axes = np.linalg.eigh(found.covariance_)
        floor = max(variances.max(), LEAST) * LEAST
        self.mean.assign(found.location_)
        self.whitening.assign(axes / np.sqrt(np.maximum(variances, floor)))

    def call(self, values: KerasTensor) -> KerasTensor:
        whitened = ops.matmul(values - self.mean, self.whitening)
        return log_mean_square(whitened)


@keras.saving.register_keras_serializable("one_class")
class Nearest(layers.Layer):
    """(values,) -> (1,) log of the mean squared distance, per value, to the NEIGHBOURS nearest normal embeddings.

    Args:
        kept: normal embeddings that are remembered, at most.
    """

    NEIGHBOURS = 5  # windows of one recording are alike: several, so that one recording does not decide

    def __init__(self, kept: int, **kwargs):
        super().__init__(**kwargs)
        self.kept = kept

    def build(self, input_shape: tuple) -> None:
        n = input_shape[-1]
        self.mean = self.add_weight(shape=(n,), initializer="zeros", trainable=False, name="mean")
        self.scale = self.add_weight(shape=(n,), initializer="ones", trainable=False, name="scale")
        self.normal = self.add_weight(shape=(n, self.kept), initializer="zeros", trainable=False, name="normal")

    def learn(self, values: np.ndarray, seed: int) -> None:
        """Remember (windows, values) normal embeddings: `kept` that are drawn, or all that there are."""
        values = np.asarray(values, "float64")
        mean, deviation = values.mean(axis=0), values.std(axis=0)
        scale = 1 / np.maximum(deviation, max(deviation.mean() * LEAST_DEVIATION, LEAST_SCALE))
        random = np.random.default_rng(seed)
        drawn = random.permutation(len(values))[: self.kept]
        far = np.full((self.kept - len(drawn), values.shape[1]), NOWHERE)
        self.mean.assign(mean)
        self.scale.assign(scale)
        self.normal.assign(np.concatenate([(values[drawn] - mean) * scale, far]).T)

    def call(self, values: KerasTensor) -> KerasTensor:
        x = (values - self.mean) * self.scale
        own = ops.mean(ops.square(x), axis=1, keepdims=True)
        squared = own + ops.mean(ops.square(self.normal), axis=0) - ops.matmul(x, self.normal) * (2 / x.shape[-1])
        nearest, _ = ops.top_k(-squared, self.NEIGHBOURS)
        return ops.log(ops.maximum(-ops.mean(nearest, axis=1, keepdims=True), 0.0) + LEAST)

    def get_config(self) -> dict:
        return {**super().get_config(), "kept": self.kept}


@keras.saving.register_keras_serializable("one_class")
class LogError(layers.Layer):
    """[rebuilt, wanted] of one shape -> (1,) logarithm of the mean squared error."""

    def call(self, inputs: list[KerasTensor]) -> KerasTensor:
        rebuilt, wanted = inputs
        return log_mean_square(rebuilt - wanted)


def log_mean_square(values: KerasTensor) -> KerasTensor:
    """(batch, ...) -> (batch, 1) logarithm of the mean square."""
    axes = tuple(range(1, len(values.shape)))
    return ops.log(ops.reshape(ops.mean(ops.square(values), axis=axes), (-1, 1)) + LEAST)


@keras.saving.register_keras_serializable("one_class")
class Score(layers.Layer):
    """(1,) distance -> (2,) probabilities of normal and abnormal; the latter is the score.

    It is 0.5 at the threshold, and USUAL at the median of normal windows that were not learned from.
    """

    USUAL = 0.1

    def build(self, input_shape: tuple) -> None:
        self.threshold = self.add_weight(shape=(1,), initializer="zeros", trainable=False, name="threshold")
        self.slope = self.add_weight(shape=(1,), initializer="ones", trainable=False, name="slope")

    def learn(self, threshold: float, median: float) -> None:
        """Take the distance that the score is 0.5 at, and the median distance of normal windows, which is less."""
        self.threshold.assign([threshold])
        self.slope.assign([np.log(1 / self.USUAL - 1) / max(threshold - median, LEAST_GAP)])

    def call(self, distance: KerasTensor) -> KerasTensor:
        odds = (distance - self.threshold) * self.slope
        return ops.sigmoid(ops.concatenate([-odds, odds], axis=1))


def scored(distance: KerasTensor) -> KerasTensor:
    """(1,) distance -> (2,) probabilities of normal and abnormal."""
    return Score(name="score")(distance)
