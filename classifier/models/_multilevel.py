"""Multi-level attention: two layers each predict the label of every step and weight the steps by attention.

Source: Yu, Barsim, Kong & Yang, DCASE 2018, arXiv 1803.02353; Kong, Xu, Wang & Plumbley, ICASSP 2018, arXiv 1711.00927
"""

from dataclasses import replace

import keras
from keras import KerasTensor, layers, ops

from classifier.models import _transfer
from classifier.models._normalisation import batch_normalisation
from classifier.records.recipe import Recipe

N_LAYERS = 3
LEVELS = (2, 3)  # layers that predict
EPSILON = 1e-7  # attention is clipped to [EPSILON, 1 - EPSILON]
INITIAL_WEIGHT = 4.0  # two levels at 1, all others at 0, then make a probability of 99.7 % among ten labels
PENALTY = 1e-4  # on the squares of the last layer's weights

RECIPE = replace(_transfer.RECIPE, epochs=20)  # its initial weights leave little to learn
PAPER = Recipe(epochs=60, batch_size=500, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")
FINE_TUNE = replace(_transfer.FINE_TUNE, fine_tuned=0)


def network(embedding: KerasTensor, n_classes: int, units: int, dropout: float, normalised: bool) -> KerasTensor:
    """(steps, values) -> (2 * n_classes,) predictions of the third layer, then of the second, each in [0, 1].

    Args:
        embedding: of a window.
        n_classes: classes of each level.
        units, dropout: of each of the three layers.
        normalised: batch normalisation of the embedding and of the levels too; between layers there always is.
    """
    x = batch_normalisation()(embedding) if normalised else embedding
    predictions = []
    for level in range(1, N_LAYERS + 1):
        x = layers.Dropout(dropout)(layers.ReLU()(batch_normalisation()(layers.Dense(units)(x))))
        if level in LEVELS:
            predictions.append(_predicted(x, n_classes, level, normalised))
    return layers.Concatenate()(predictions[::-1])


def _predicted(x: KerasTensor, n_classes: int, level: int, normalised: bool) -> KerasTensor:
    """(steps, units) -> (n_classes,): the mean over time of each step's predictions, weighted by attention."""
    of_steps, weights = layers.Dense(n_classes)(x), layers.Dense(n_classes)(x)
    if normalised:
        of_steps, weights = batch_normalisation()(of_steps), batch_normalisation()(weights)
    of_steps = layers.Activation("sigmoid", name=f"said_{level}")(of_steps)
    weights = ClassAttention(name=f"attention_{level}")(weights)
    return ops.sum(of_steps * weights, axis=1)


@keras.saving.register_keras_serializable("models")
class ClassAttention(layers.Layer):
    """(steps, classes) -> (steps, classes): softmax over the classes, then scaled to sum to 1 over the steps."""

    def call(self, x: KerasTensor) -> KerasTensor:
        shares = ops.clip(ops.softmax(x, axis=-1), EPSILON, 1 - EPSILON)
        return shares / ops.sum(shares, axis=1, keepdims=True)


def classified(x: KerasTensor, n_classes: int) -> KerasTensor:
    """(levels * n_classes,) predictions of the levels -> (n_classes,) probabilities."""
    penalty = keras.regularizers.L2(PENALTY)
    settings = {"kernel_initializer": OfItsOwn(), "kernel_regularizer": penalty}
    return layers.Dense(n_classes, activation="softmax", **settings)(x)


@keras.saving.register_keras_serializable("models")
class OfItsOwn(keras.initializers.Initializer):
    """(levels * n_classes, n_classes): a level's prediction of a label counts for that label and for no other.

    From random weights a layer learns to map any value to any label; then no second can be shown as evidence for one.
    """

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> KerasTensor:
        rows, n_classes = shape
        return INITIAL_WEIGHT * ops.tile(ops.eye(n_classes, dtype=dtype), (rows // n_classes, 1))
