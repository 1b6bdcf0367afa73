"""MobileNet as YAMNet has it, without batch normalisation: what that did is a part of the kernels and biases.

Source: Howard et al. 2017, arXiv 1704.04861; github.com/tensorflow/models, research/audioset/yamnet
"""

import keras
import numpy as np
from keras import layers

from classifier.pretrained.weights import damaged

KERNEL = 3
FIRST = 32  # filters of the convolution before the blocks


def network(blocks, most=None, n_bands=64):
    """Keras model (bands, frames, 1) -> (frames / 2^strides, channels): the mean over the bands of what it heard.

    Args:
        blocks: list of (filters, stride): a convolution of every channel by itself, then one over the channels.
        most: where activations end; None: nowhere.
    """
    image = keras.Input((n_bands, None, 1))
    x = layers.ReLU(most)(layers.Conv2D(FIRST, KERNEL, strides=2, padding="same")(image))
    for filters, stride in blocks:
        x = layers.ReLU(most)(layers.DepthwiseConv2D(KERNEL, strides=stride, padding="same")(x))
        x = layers.ReLU(most)(layers.Conv2D(filters, 1)(x))
    return keras.Model(image, keras.ops.mean(x, axis=1))


def assign(model, weights, path):
    """Give the convolutions of a model their kernels and biases.

    Args:
        weights: list of (kernel, bias), kernels (frames, bands, channels in, filters) as published: there, time goes
            down the image, and here along it.
        path: the file they are from.

    Raises:
        InputError: they are another network's.
    """
    convolutions = [layer for layer in model.layers if layer.weights]
    try:
        for layer, (kernel, bias) in zip(convolutions, weights, strict=True):
            layer.set_weights([np.swapaxes(kernel, 0, 1), bias])
    except ValueError as error:
        raise damaged(path, error) from None
