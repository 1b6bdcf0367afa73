"""MobileNet as in YAMNet; its batch normalisation is folded into the kernels and biases.

Source: Howard et al. 2017, arXiv 1704.04861; github.com/tensorflow/models, research/audioset/yamnet
"""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers

from classifier.pretrained.weights import damaged

KERNEL = 3
FIRST = 32  # filters of the convolution before the blocks


def network(
    blocks: Sequence[tuple[int, int]],
    max_value: float | None = None,
    n_bands: int = 64,
    heard: Sequence[int] = (),
) -> keras.Model:
    """Keras model (bands, frames, 1) -> (steps, filters), the mean over the bands of the last block.

    Each stride of 2 halves the number of steps.

    Args:
        blocks: rows of filters, stride: a depthwise convolution, then a 1x1 convolution.
        max_value: upper limit of the activations; None for no limit.
        heard: numbers of blocks, from 1: (1, values), the means over bands and frames of these, one behind the other.
    """
    image = keras.Input((n_bands, None, 1))
    x = layers.ReLU(max_value)(layers.Conv2D(FIRST, KERNEL, strides=2, padding="same")(image))
    outputs = []
    for filters, stride in blocks:
        x = layers.ReLU(max_value)(layers.DepthwiseConv2D(KERNEL, strides=stride, padding="same")(x))
        x = layers.ReLU(max_value)(layers.Conv2D(filters, 1)(x))
        outputs.append(x)
    if not heard:
        return keras.Model(image, keras.ops.mean(x, axis=1))
    means = [keras.ops.mean(outputs[number - 1], axis=(1, 2)) for number in heard]
    return keras.Model(image, keras.ops.expand_dims(keras.ops.concatenate(means, axis=-1), 1))


def assign(model: keras.Model, weights: Sequence[tuple[np.ndarray, np.ndarray]], path: Path) -> None:
    """Set the kernels and biases of the convolutions of a model.

    Args:
        weights: (kernel, bias) of each convolution, kernels (frames, bands, channels in, filters) as published: with
            time as the first axis, where the model has bands.
        path: the file they are from.

    Raises:
        InputError: they are of another network.
    """
    convolutions = [layer for layer in model.layers if layer.weights]
    try:
        for layer, (kernel, bias) in zip(convolutions, weights, strict=True):
            layer.set_weights([np.swapaxes(kernel, 0, 1), bias])
    except ValueError as error:
        raise damaged(path, error) from None
