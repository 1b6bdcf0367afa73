"""Put a model together: audio -> features -> standardised -> body -> probabilities, as one Keras model."""

import keras
import numpy as np

from Constants import InputError


def features_of(model, contract, paper=False):
    """The features layer of a file of classifier/models; with paper, the one its paper used."""
    kind = getattr(model, "PAPER_FEATURES", model.FEATURES) if paper else model.FEATURES
    layer = kind.from_contract(contract)
    layer.name = "features"
    return layer


def build(model, features, contract, n_classes, mean=0.0, variance=1.0):
    """A whole model.

    Args:
        model: a file of classifier/models.
        features: its features layer.
        contract: the audio format.
        n_classes: outputs.
        mean, variance: of the features over the training set, scalars.

    Returns:
        Keras model, (batch, piece_length) audio in [-1, 1] -> (batch, n_classes) probabilities; its layers are
        "features", "standardise" and "body".

    Raises:
        InputError: the pieces are too short for the model.
    """
    audio = keras.Input((contract.piece_length,), name="audio")
    x = features(audio)
    x = keras.layers.Normalization(axis=None, mean=mean, variance=variance, name="standardise")(x)
    inner = keras.Input(x.shape[1:])
    try:
        body = keras.Model(inner, model.build(inner, n_classes), name="body")
    except ValueError as error:  # Keras: a convolution or a pooling longer than what it runs over
        name, piece = model.__name__.rpartition(".")[2], f"{contract.seconds:g} s at {contract.sample_rate} Hz"
        raise InputError(f"{name} can not be built for pieces of {piece}; take longer ones (--seconds)") from error
    return keras.Model(audio, body(x))


def masked(model, share):
    """The same model, sharing its weights, that loses parts of its features while it learns (SpecAugment).

    Source: Park et al., Interspeech 2019, arXiv 1904.08779.

    Args:
        share: of each axis of the features that a mask may be wide.
    """
    x = Masks(share)(model.get_layer("standardise").output)
    return keras.Model(model.input, model.get_layer("body")(x))


class Masks(keras.layers.Layer):
    """Sets two spans of each axis (bands, frames) to the mean, 0, while training; never part of a saved model."""

    N = 2

    def __init__(self, share):
        super().__init__()
        self.share, self.random = share, keras.random.SeedGenerator()

    def call(self, x, training=False):
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


def dropin(model):
    """The same model for an app that computes the first half of the features itself; None where no app does.

    Returns:
        Keras model, (batch, values) -> (batch, n_classes): for mel, the power mel spectrogram, band after band.
    """
    features = model.get_layer("features")
    if not hasattr(features, "from_app"):
        return None
    shape = features.output.shape[1:]
    values = keras.Input((int(np.prod(shape)),), name="from_app")
    x = features.from_app(keras.layers.Reshape(shape)(values))
    return keras.Model(values, model.get_layer("body")(model.get_layer("standardise")(x)))
