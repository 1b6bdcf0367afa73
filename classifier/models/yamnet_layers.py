"""A dense layer on the means of five of YAMNet's layers: the middle ones know how a sound is made, the last what.

Source: Choi, Fazekas, Sandler & Cho, ISMIR 2017, arXiv 1703.09179, on YAMNet (see pretrained/yamnet.py)
Differs: every other block from the fifth on, and a dense layer in place of a support vector machine. No paper has
    exactly this head, so `--paper` trains with the same recipe.
"""

from dataclasses import replace
from functools import partial

import keras
from keras import KerasTensor, layers

from classifier.models import _transfer, yamnet_transfer
from classifier.pretrained._embedding import Embedding

NETWORK = "yamnet"
BLOCKS = (5, 7, 9, 11, 13)
FEATURES = partial(Embedding.from_audio_format, network=NETWORK, blocks=BLOCKS)
# With its L2 the loss has one minimum: the last epoch is next to it, and a refit ends next to its own.
RECIPE = replace(_transfer.RECIPE, patience=None)
PAPER = RECIPE
FINE_TUNE = yamnet_transfer.FINE_TUNE

L2 = 0.007  # of five, 0.0002 to 0.02, the one with the lowest loss in validation: docs/results.md, "With negatives"


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(steps, values) -> (n_classes,) probabilities."""
    x = layers.GlobalAveragePooling1D()(features)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(L2))(x)
