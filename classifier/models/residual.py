"""Small residual network on a log mel spectrogram: a fifth of the weights of `mel`, pooled over time.

Source: He, Zhang, Ren & Sun, CVPR 2016, arXiv 1512.03385; as small as those of Tang & Lin for keywords on phones,
    ICASSP 2018, arXiv 1710.10361.
Differs: three blocks of two 3x3 convolutions, few enough for little data. No paper has exactly this network, so
    `--paper` trains with the same recipe.
"""

from collections.abc import Sequence
from dataclasses import replace

from keras import KerasTensor, layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models._normalisation import batch_normalisation
from classifier.records.recipe import FIELD

FEATURES = LogMelSpectrogram.from_audio_format
RECIPE = replace(FIELD, learning_rate=2e-3, patience=None)
PAPER = RECIPE

BLOCKS = [  # filters, stride
    (16, 1),
    (32, 2),
    (64, 2),
]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(convolutions(features, BLOCKS)))
    return layers.Dense(n_classes, activation="softmax")(x)


def convolutions(features: KerasTensor, blocks: Sequence[tuple[int, int]]) -> KerasTensor:
    """The first convolution of (bands, frames, 1), and a block for each (filters, stride)."""
    x = layers.ReLU()(convolved(features, blocks[0][0], kernel=5, strides=(2, 2)))
    for filters, stride in blocks:
        x = block(x, filters, (stride, stride))
    return x


def block(x: KerasTensor, filters: int, strides: tuple[int, int]) -> KerasTensor:
    """Two convolutions of (bands, frames, channels), added to their input or, where they stride, to a projection of it.

    strides: over bands and over frames.
    """
    added = layers.ReLU()(convolved(x, filters, kernel=3, strides=strides))
    added = convolved(added, filters, kernel=3)
    if strides != (1, 1):
        x = layers.AveragePooling2D(strides, padding="same")(x)
        x = convolved(x, filters, kernel=1)
    return layers.ReLU()(layers.Add()([x, added]))


def convolved(x: KerasTensor, filters: int, kernel: int, strides: tuple[int, int] = (1, 1)) -> KerasTensor:
    """A convolution of (bands, frames, channels) without a bias, and the normalisation of its batch."""
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False)(x)
    return batch_normalisation()(x)
