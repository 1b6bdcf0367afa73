"""The convolution block of a collection of networks: two convolutions, a 1x1 convolution, a pooling.

Source: github.com/WWH98932/Audio-Classification-Models, single_channel_models.py
"""

import keras
from keras import KerasTensor, layers

from classifier.models._normalisation import batch_normalisation

SLOPE = 0.01  # of every LeakyReLU below zero


def block(x: KerasTensor, filters: int, kernel: tuple[int, int], pool: tuple[int, int]) -> KerasTensor:
    """(rows, columns, channels) -> (rows // pool[0], columns // pool[1], filters)."""
    for size in (kernel, kernel, 1):
        x = layers.Conv2D(filters, size, padding="same", kernel_initializer=keras.initializers.RandomNormal(0, 0.05))(x)
        x = layers.LeakyReLU(SLOPE)(x)
    x = batch_normalisation()(x)
    return layers.MaxPooling2D(pool)(x)
