"""Multi-level attention: two layers of a network each say of every step what it is, and to which steps to listen.

Source: Yu, Barsim, Kong & Yang, DCASE 2018, arXiv 1803.02353; Kong, Xu, Wang & Plumbley, ICASSP 2018, arXiv 1711.00927
"""

from dataclasses import replace

import keras
from keras import layers, ops

from classifier.models import _transfer
from classifier.models._blocks import BATCH_MOMENTUM
from classifier.records.recipe import Recipe

N_LAYERS = 3
LEVELS = (2, 3)  # layers that say something
EPSILON = 1e-7  # attention stays so far from 0 and 1
FIRST = 4.0  # weight: of two levels at 1, and all others at 0, it makes a probability of 99.7 % among ten
PENALTY = 1e-4  # on the squares of the last layer's weights

RECIPE = replace(_transfer.RECIPE, epochs=20)  # its first weights leave little to learn
PAPER = Recipe(epochs=60, batch_size=500, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")
FINE_TUNE = replace(_transfer.FINE_TUNE, fine_tuned=0)


def network(embedding, n_classes, units, dropout, normalised):
    """(steps, values) -> (2 * n_classes,) what the third layer and the second say, each value of 0 to 1.

    Args:
        embedding: of a window.
        n_classes: that each level tells apart.
        units, dropout: of each of the three layers.
        normalised: batch normalisation of the embedding and of the levels too; between layers there always is.
    """
    x = _normal(embedding) if normalised else embedding
    said = []
    for level in range(1, N_LAYERS + 1):
        x = layers.Dropout(dropout)(layers.ReLU()(_normal(layers.Dense(units)(x))))
        if level in LEVELS:
            said.append(_said(x, n_classes, level, normalised))
    return layers.Concatenate()(said[::-1])


def _said(x, n_classes, level, normalised):
    """(steps, units) -> (n_classes,): the mean over time of what is said of each step, weighted by attention."""
    of_steps, weights = layers.Dense(n_classes)(x), layers.Dense(n_classes)(x)
    if normalised:
        of_steps, weights = _normal(of_steps), _normal(weights)
    of_steps = layers.Activation("sigmoid", name=f"said_{level}")(of_steps)
    weights = ClassAttention(name=f"attention_{level}")(weights)
    return ops.sum(of_steps * weights, axis=1)


def _normal(x):
    return layers.BatchNormalization(momentum=BATCH_MOMENTUM)(x)


@keras.saving.register_keras_serializable("models")
class ClassAttention(layers.Layer):
    """(steps, classes) -> the same: a softmax over the classes, and then shares of it that sum to 1 over the steps."""

    def call(self, x):
        shares = ops.clip(ops.softmax(x, axis=-1), EPSILON, 1 - EPSILON)
        return shares / ops.sum(shares, axis=1, keepdims=True)


def told_apart(x, n_classes):
    """(levels * n_classes,) what the levels say -> (n_classes,) probabilities."""
    penalty = keras.regularizers.L2(PENALTY)
    settings = {"kernel_initializer": OfItsOwn(), "kernel_regularizer": penalty}
    return layers.Dense(n_classes, activation="softmax", **settings)(x)


@keras.saving.register_keras_serializable("models")
class OfItsOwn(keras.initializers.Initializer):
    """(levels * n_classes, n_classes): what a level says of a label counts for that label and for no other.

    From random weights a layer learns to read any value as any label, and then no second can be said to speak for one.
    """

    def __call__(self, shape, dtype=None):
        rows, n_classes = shape
        return FIRST * ops.tile(ops.eye(n_classes, dtype=dtype), (rows // n_classes, 1))
