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
