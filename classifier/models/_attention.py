"""Attention: layers for the output of a recurrent network, and a branch beside a convolution block.

Source: github.com/WWH98932/Audio-Classification-Models, section 5.3 of its text.
"""

import keras
from keras import KerasTensor, layers, ops

from classifier.models._normalisation import batch_normalisation


@keras.saving.register_keras_serializable("models")
class Attention(layers.Layer):
    """(time, values) -> (values,): a mean over time, weighted by softmax_t(tanh(x_t w + b_t)).

    Args:
        pooled: False keeps the sequence, (time, values): each step times its weight, without their sum.
    """

    def __init__(self, pooled: bool = True, **kwargs):
        super().__init__(**kwargs)
        self.pooled = pooled

    def build(self, input_shape: tuple) -> None:
        _, time, values = input_shape
        self.w = self.add_weight(shape=(values, 1), initializer="glorot_uniform", name="w")
        self.b = self.add_weight(shape=(time, 1), initializer="zeros", name="b")  # one per step: it fixes the length

    def call(self, x: KerasTensor) -> KerasTensor:
        weighted = x * ops.softmax(ops.tanh(ops.matmul(x, self.w) + self.b), axis=1)
        return ops.sum(weighted, axis=1) if self.pooled else weighted

    def get_config(self) -> dict:
        return {**super().get_config(), "pooled": self.pooled}


@keras.saving.register_keras_serializable("models")
class SelfAttention(layers.Layer):
    """(time, values) -> (time, values): for each step t a mean over all steps s, weighted by

    softmax_s(sigmoid(tanh(x_t W_t + x_s W_s + b_h) w_a + b_a)).

    Source: additive attention of Bahdanau, Cho & Bengio, ICLR 2015, arXiv 1409.0473, as SeqSelfAttention of
        github.com/CyberZHG/keras-self-attention with attention_activation="sigmoid".

    Args:
        units: width of the hidden layer that compares two steps.
    """

    def __init__(self, units: int = 32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tuple) -> None:
        values = input_shape[-1]
        self.w_t = self.add_weight(shape=(values, self.units), initializer="glorot_normal", name="w_t")
        self.w_s = self.add_weight(shape=(values, self.units), initializer="glorot_normal", name="w_s")
        self.b_h = self.add_weight(shape=(self.units,), initializer="zeros", name="b_h")
        self.w_a = self.add_weight(shape=(self.units, 1), initializer="glorot_normal", name="w_a")
        self.b_a = self.add_weight(shape=(1,), initializer="zeros", name="b_a")

    def call(self, x: KerasTensor) -> KerasTensor:
        of_t = ops.expand_dims(ops.matmul(x, self.w_t), 2)  # (batch, t, 1, units)
        of_s = ops.expand_dims(ops.matmul(x, self.w_s), 1)  # (batch, 1, s, units)
        compared = ops.matmul(ops.tanh(of_t + of_s + self.b_h), self.w_a) + self.b_a
        shares = ops.softmax(ops.sigmoid(ops.squeeze(compared, -1)), axis=-1)
        return ops.matmul(shares, x)

    def get_config(self) -> dict:
        return {**super().get_config(), "units": self.units}


def convolutional_attention(
    x: KerasTensor, filters: int, kernel: tuple[int, int], pool: tuple[int, int]
) -> KerasTensor:
    """Weights, at least 0, for the output of a convolution block, from the block's input.

    (rows, columns, channels) -> (rows // pool[0], columns // pool[1], filters).
    """
    x = layers.MaxPooling2D(pool)(x)
    x = layers.DepthwiseConv2D(kernel, padding="same")(x)
    x = layers.Conv2D(filters, 1)(x)
    return layers.ReLU()(batch_normalisation()(x))
