"""Batch normalisation for small data sets, the same in every model.

Keras' momentum of 0.99 (0.999 in its MobileNetV2) takes some 500 batches to forget its initial statistics. With few
recordings an epoch has few batches, and that is the whole training.
"""

import keras
from keras import layers

BATCH_MOMENTUM = 0.9


def batch_normalisation(**settings) -> layers.BatchNormalization:
    """The layer; settings as of Keras."""
    return layers.BatchNormalization(momentum=BATCH_MOMENTUM, **settings)


def set_batch_momentum(network: keras.Model) -> None:
    """Give every batch normalisation of a network of keras.applications the same momentum."""
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = BATCH_MOMENTUM
