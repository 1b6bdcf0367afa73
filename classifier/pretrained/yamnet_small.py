"""A small YAMNet for microcontrollers: its first six blocks, with other weights.

Source: github.com/STMicroelectronics/stm32ai-modelzoo, audio_event_detection, yamnet_256
Differs: it runs over the whole window at once, as our YAMNet; batch normalisation is folded into the weights: 132,160
    where the original has 135,104.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from classifier.features.log_mel_frames import LogMelFrames
from classifier.pretrained import _mobilenet
from classifier.pretrained.weights import damaged
from classifier.pretrained.yamnet import BLOCKS

SAMPLE_RATE = 16_000
EPSILON = 1e-4  # of its batch normalisation

front_end = LogMelFrames
network = partial(_mobilenet.network, BLOCKS[:5])


def assign(network: keras.Model, path: Path) -> None:
    """Load the weights of the published .h5 file.

    Raises:
        InputError: the file does not hold them.
    """
    import h5py

    try:
        with h5py.File(path) as file:
            layers = file["model_weights/model_2"]
            _mobilenet.assign(network, [_folded(layers, name) for name in _names()], path)
    except (OSError, KeyError) as error:
        raise damaged(path, error) from None


def _names() -> Iterator[tuple[str, str]]:
    yield "layer1/conv", "kernel:0"
    for i in range(2, 2 + len(BLOCKS[:5])):
        yield f"layer{i}/depthwise_conv", "depthwise_kernel:0"
        yield f"layer{i}/pointwise_conv", "kernel:0"


def _folded(layers: Any, names: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias of a convolution, with the batch normalisation after it folded in."""
    layer, name = names
    kernel, normal = layers[layer][name][:], layers[layer]["bn"]
    scale = 1 / np.sqrt(normal["moving_variance:0"][:] + EPSILON)
    bias = normal["beta:0"][:] - normal["moving_mean:0"][:] * scale
    return kernel * (scale[:, None] if "depthwise" in layer else scale), bias
