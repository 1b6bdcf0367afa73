"""The convolution block of a family of networks: two convolutions, a mixing of their channels, a pooling.

Source: github.com/WWH98932/Audio-Classification-Models, single_channel_models.py
"""

import keras
from keras import layers

BATCH_MOMENTUM = 0.9  # as in signal: Keras' 0.99 is too slow where an epoch has few batches
SLOPE = 0.01  # of every LeakyReLU below zero


def block(x, filters, kernel, pool):
    """(rows, columns, channels) -> (rows // pool[0], columns // pool[1], filters)."""
    for size in (kernel, kernel, 1):
        x = layers.Conv2D(filters, size, padding="same", kernel_initializer=keras.initializers.RandomNormal(0, 0.05))(x)
        x = layers.LeakyReLU(SLOPE)(x)
    x = layers.BatchNormalization(momentum=BATCH_MOMENTUM)(x)
    return layers.MaxPooling2D(pool)(x)
