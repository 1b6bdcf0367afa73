"""The network of the autoencoders: an encoder, a classifier and, in training, a decoder that rebuilds the features."""

import keras
from keras import KerasTensor, layers, ops

from classifier.models._normalisation import batch_normalisation

FILTERS = [16, 32, 64, 128]  # of the encoder, which halves bands and frames each time; the decoder has them backwards
SLOPE = 0.1  # of every LeakyReLU below zero


def autoencoder(features: KerasTensor, n_classes: int, two_stages: bool) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities.

    Args:
        two_stages: only the reconstruction trains the encoder; the labels train the classifier alone.
    """
    code, decoded = coded_and_decoded(features)
    x = Reconstruction(two_stages)([code, decoded, features])
    for units in (64, 32):
        x = layers.Dense(units, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)


def coded_and_decoded(features: KerasTensor) -> tuple[KerasTensor, KerasTensor]:
    """(bands, frames, 1) -> the code, (values,), and what is rebuilt of it, (bands, frames, 1) in [0, 1]."""
    multiple = 2 ** len(FILTERS)
    missing = [-size % multiple for size in features.shape[1:3]]
    x = layers.ZeroPadding2D(((0, missing[0]), (0, missing[1])))(features)
    for filters in FILTERS:
        x = layers.MaxPooling2D(2)(_convolved(x, filters))
    coarse = (x.shape[1], x.shape[2], 1)
    code = layers.Dense(coarse[0] * coarse[1])(layers.Flatten()(x))
    code = layers.LeakyReLU(SLOPE)(code)

    x = layers.Reshape(coarse)(code)
    for filters in reversed(FILTERS):
        x = layers.UpSampling2D(2)(_convolved(x, filters))
    x = batch_normalisation()(layers.Conv2D(1, 3, padding="same")(x))
    x = layers.Activation("sigmoid")(x)
    return code, layers.Cropping2D(((0, missing[0]), (0, missing[1])))(x)


def _convolved(x: KerasTensor, filters: int) -> KerasTensor:
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return layers.LeakyReLU(SLOPE)(batch_normalisation()(x))


@keras.saving.register_keras_serializable("models")
class Reconstruction(layers.Layer):
    """[code, decoded, features] -> code, unchanged.

    Adds to the loss the mean squared error of `decoded`, in [0, 1], against the features, scaled to [0, 1] window by
    window. The exported model does not depend on `decoded`, so that it holds no decoder.

    Args:
        detached: no gradient flows back through the code.
    """

    def __init__(self, detached: bool, **kwargs):
        super().__init__(**kwargs)
        self.detached = detached

    def call(self, inputs: list[KerasTensor]) -> KerasTensor:
        code, decoded, features = inputs
        self.add_loss(ops.mean(ops.square(decoded - unit_range(features))))
        return ops.stop_gradient(code) if self.detached else code

    def get_config(self) -> dict:
        return {**super().get_config(), "detached": self.detached}


def unit_range(x: KerasTensor) -> KerasTensor:
    """(batch, bands, frames, 1) -> the same, each window scaled from 0, its minimum, to 1; a constant window is 0."""
    least, largest = ops.min(x, axis=(1, 2, 3), keepdims=True), ops.max(x, axis=(1, 2, 3), keepdims=True)
    return (x - least) / ops.maximum(largest - least, 1e-6)
