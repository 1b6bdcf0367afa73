"""A small YAMNet: its first six blocks, with values of their own, that microcontrollers run.

Source: github.com/STMicroelectronics/stm32ai-modelzoo, audio_event_detection, yamnet_256
Differs: it runs over the whole window at once, as ours of YAMNet; batch normalisation is a part of the weights: 132,160
    where the original has 135,104.
"""

from functools import partial

import numpy as np

from classifier.features.log_mel_frames import LogMelFrames
from classifier.pretrained import _mobilenet
from classifier.pretrained.weights import damaged
from classifier.pretrained.yamnet import BLOCKS

SAMPLE_RATE = 16_000
EPSILON = 1e-4  # of its batch normalisation

front_end = LogMelFrames
network = partial(_mobilenet.network, BLOCKS[:5])


def assign(network, path):
    """Give the network the weights of the published .h5 file."""
    import h5py

    try:
        with h5py.File(path) as file:
            layers = file["model_weights/model_2"]
            _mobilenet.assign(network, [_folded(layers, name) for name in _names()], path)
    except (OSError, KeyError) as error:
        raise damaged(path, error) from None


def _names():
    yield "layer1/conv", "kernel:0"
    for i in range(2, 2 + len(BLOCKS[:5])):
        yield f"layer{i}/depthwise_conv", "depthwise_kernel:0"
        yield f"layer{i}/pointwise_conv", "kernel:0"


def _folded(layers, name):
    """Kernel and bias of a convolution that does what batch normalisation behind it did."""
    layer, kernel = name
    kernel, normal = layers[layer][kernel][:], layers[layer]["bn"]
    scale = 1 / np.sqrt(normal["moving_variance:0"][:] + EPSILON)
    bias = normal["beta:0"][:] - normal["moving_mean:0"][:] * scale
    return kernel * (scale[:, None] if "depthwise" in layer else scale), bias
