"""Seven overlapping ranges of a spectrum, a separable CNN and a classifier for each, and a common one.

Source: github.com/WWH98932/Audio-Classification-Models, ssnet of subspec_net.py; after SubSpectralNet, Phaye, Benetos &
    Wang, ICASSP 2019, arXiv 1810.12642
Differs: two seconds in 63 frames instead of four in 128, and half the epochs, for a quarter of the work; every bin
    standardised; batch normalisation with the momentum of _normalisation.py; an L2 of 0.0001 instead of 0.01, which was
    most of the loss. 17 million weights.
"""

from dataclasses import replace
from functools import partial

import keras
from keras import KerasTensor, layers

from classifier.features.stft_magnitude import StftMagnitude
from classifier.models import _family
from classifier.models._blocks import SLOPE, block
from classifier.records.recipe import FIELD

RECIPE = replace(FIELD, epochs=25, patience=12)  # a step takes some forty times as long as one of `residual`
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT

PER_BIN = (1, -1)  # each bin has its own mean and variance: high frequencies are faint, and would all be 0
FEATURES = partial(StftMagnitude.from_audio_format, n_fft=1024, skip_dc=True, own_statistics=PER_BIN)

# With the source's 0.01 these weights would add 61 to the loss at first, and training would shrink them first.
L2 = 1e-4

BINS, HOP = 128, 64  # bins of a branch, and from the first of one branch to the first of the next
BLOCKS = [  # filters, kernel, pool
    (32, (1, 3), (1, 2)),
    (32, (3, 1), (2, 1)),
    (64, (1, 3), (1, 2)),
    (64, (3, 1), (2, 1)),
    (128, (5, 5), (4, 4)),
]


def build(features: KerasTensor, n_classes: int) -> list[KerasTensor]:
    """(bins, frames, 1) -> (n_classes,) probabilities, then those of each branch."""
    n_bins = features.shape[1]
    hidden, predictions = [], []
    for first in range(0, n_bins - BINS + 1, HOP):
        x = layers.Cropping2D(((first, n_bins - BINS - first), (0, 0)))(features)
        for filters, kernel, pool in BLOCKS:
            x = block(x, filters, kernel, pool)
        x = layers.Dense(512, kernel_regularizer=keras.regularizers.L2(L2))(layers.Flatten()(x))
        hidden.append(layers.LeakyReLU(SLOPE)(x))
        predictions.append(layers.Dense(n_classes, activation="softmax")(hidden[-1]))
    x = layers.Concatenate()(hidden)
    for units in (256, 128, 64):
        x = layers.Dropout(0.3)(layers.Dense(units, activation="relu")(x))
    return [layers.Dense(n_classes, activation="softmax")(x), *predictions]
