"""The CLDNN with optional attention: convolutions, two LSTMs, dense layers."""

from collections.abc import Callable

import keras
from keras import KerasTensor, layers

from classifier.models._blocks import block
from classifier.models._recurrent import time_first

BLOCKS = [  # filters, kernel, pool; all (bands, frames)
    (32, (1, 3), (1, 2)),
    (32, (3, 1), (2, 1)),
    (64, (3, 3), (2, 2)),
]


def cldnn(
    features: KerasTensor,
    n_classes: int,
    between: Callable[[KerasTensor], KerasTensor] | None = None,
    after: Callable[[KerasTensor], KerasTensor] | None = None,
) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities.

    Args:
        between: layer between the two LSTMs, (steps, 256) -> (steps, 256).
        after: layer after the second LSTM, (steps, 256) -> (256,); None takes its last states.
    """
    x = features
    for filters, kernel, pool in BLOCKS:
        x = block(x, filters, kernel, pool)
    x = layers.SpatialDropout1D(0.25)(time_first(x))  # not LSTM's own dropout: see _recurrent.lstm
    x = layers.Bidirectional(layers.LSTM(128, return_sequences=True))(x)
    if between:
        x = between(x)
    x = layers.SpatialDropout1D(0.25)(x)
    x = layers.Bidirectional(layers.LSTM(128, return_sequences=after is not None))(x)
    if after:
        x = after(x)
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(1e-4))(x)
