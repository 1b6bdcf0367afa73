"""Small residual network on a log mel spectrogram: a fifth of the weights of `mel`, pooled over time.

Source: He, Zhang, Ren & Sun, CVPR 2016, arXiv 1512.03385; as small as those of Tang & Lin for keywords on phones,
    ICASSP 2018, arXiv 1710.10361.
Differs: three blocks of two 3x3 convolutions, few enough for little data. No paper has exactly this network, so
    `--paper` trains with the same recipe.
"""

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
    x = layers.ReLU()(_convolved(features, 16, kernel=5, stride=2))
    for filters, stride in BLOCKS:
        x = _block(x, filters, stride)
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    return layers.Dense(n_classes, activation="softmax")(x)


def _block(x: KerasTensor, filters: int, stride: int) -> KerasTensor:
    """Two convolutions added to their input or, where they change its shape, to a projection of it."""
    added = layers.ReLU()(_convolved(x, filters, kernel=3, stride=stride))
    added = _convolved(added, filters, kernel=3)
    if stride > 1:
        x = layers.AveragePooling2D(stride, padding="same")(x)
        x = _convolved(x, filters, kernel=1)
    return layers.ReLU()(layers.Add()([x, added]))


def _convolved(x: KerasTensor, filters: int, kernel: int, stride: int = 1) -> KerasTensor:
    x = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x)
    return batch_normalisation()(x)
