"""The network of autoencoder: an encoder, a classifier and, while it learns, a decoder that gives the features back."""

import keras
from keras import layers, ops

FILTERS = [16, 32, 64, 128]  # of the encoder's levels, each of which halves bands and frames; the decoder's, backwards
SLOPE = 0.1  # of every LeakyReLU below zero
BATCH_MOMENTUM = 0.9  # as in signal: Keras' 0.99 is too slow where an epoch has few batches


def autoencoder(features, n_classes, two_stages):
    """(bands, frames, 1) -> (n_classes,) probabilities.

    Args:
        two_stages: the encoder learns from what the decoder gives back alone, and the classifier takes it as it is.
    """
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
    x = layers.BatchNormalization(momentum=BATCH_MOMENTUM)(layers.Conv2D(1, 3, padding="same")(x))
    x = layers.Activation("sigmoid")(x)
    decoded = layers.Cropping2D(((0, missing[0]), (0, missing[1])))(x)

    x = Reconstruction(two_stages)([code, decoded, features])
    for units in (64, 32):
        x = layers.Dense(units, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)


def _convolved(x, filters):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return layers.LeakyReLU(SLOPE)(layers.BatchNormalization(momentum=BATCH_MOMENTUM)(x))


@keras.saving.register_keras_serializable("models")
class Reconstruction(layers.Layer):
    """[code, decoded, features] -> code, as it is.

    To the loss it adds the mean square error of `decoded`, in [0, 1], against the features, scaled to [0, 1] window by
    window. What is exported does not depend on `decoded`, so that no decoder is in it.

    Args:
        detached: nothing learns through the code that it gives.
    """

    def __init__(self, detached, **kwargs):
        super().__init__(**kwargs)
        self.detached = detached

    def call(self, inputs):
        code, decoded, features = inputs
        self.add_loss(ops.mean(ops.square(decoded - unit_range(features))))
        return ops.stop_gradient(code) if self.detached else code

    def get_config(self):
        return {**super().get_config(), "detached": self.detached}


def unit_range(x):
    """(batch, bands, frames, 1) -> each window from its least value, 0, to its largest, 1; a constant window is 0."""
    least, largest = ops.min(x, axis=(1, 2, 3), keepdims=True), ops.max(x, axis=(1, 2, 3), keepdims=True)
    return (x - least) / ops.maximum(largest - least, 1e-6)
