"""The network of cldnn, with places for attention: convolutions, two LSTMs over what they find, dense layers."""

import keras
from keras import layers

from classifier.models._blocks import block

BLOCKS = [  # filters, kernel, pool; all (bands, frames)
    (32, (1, 3), (1, 2)),
    (32, (3, 1), (2, 1)),
    (64, (3, 3), (2, 2)),
]


def cldnn(features, n_classes, between=None, after=None):
    """(bands, frames, 1) -> (n_classes,) probabilities.

    Args:
        between: layer from the sequence that the first LSTM gives to the one that the second reads.
        after: layer from the sequence that the second LSTM gives to a vector; None takes its last states.
    """
    x = features
    for filters, kernel, pool in BLOCKS:
        x = block(x, filters, kernel, pool)
    x = layers.Reshape((x.shape[2], -1))(layers.Permute((2, 1, 3))(x))  # time first
    x = layers.SpatialDropout1D(0.25)(x)  # LSTM's own dropout keeps its random state in what is exported
    x = layers.Bidirectional(layers.LSTM(128, return_sequences=True))(x)
    if between:
        x = between(x)
    x = layers.SpatialDropout1D(0.25)(x)
    x = layers.Bidirectional(layers.LSTM(128, return_sequences=after is not None))(x)
    if after:
        x = after(x)
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(1e-4))(x)
