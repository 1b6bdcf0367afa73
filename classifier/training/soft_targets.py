"""Soft targets: what a teacher says of the windows that its student learns from.

A batch's targets are then twice as wide: the labels', and behind them the teacher's probabilities.

Source: Hinton, Vinyals & Dean, Distilling the Knowledge in a Neural Network, 2015, arXiv 1503.02531.
Differs: teacher and student hear each window as the recipe alters it (Beyer et al., CVPR 2022, arXiv 2106.05237).
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import KerasTensor

from classifier.core.console import progress
from classifier.data.labels import clean
from classifier.records import artifact
from classifier.records.artifact import Artifact
from classifier.records.recipe import Recipe
from classifier.training.datasets import Windows

LEAST = 1e-7  # a probability, so that its logarithm is a number


class Teaching:
    """A trained model that is asked for its probabilities, in the order of the student's labels."""

    def __init__(self, trained: Artifact, labels: Sequence[str]):
        self.model = artifact.load_keras(trained)
        own = [clean(label) for label in trained.labels]
        self.order = [own.index(clean(label)) for label in labels]

    def probabilities(self, windows: np.ndarray) -> np.ndarray:
        """(n, labels) of (n, window_length) audio; zeros of digital silence, if no label means silence."""
        return np.asarray(self.model.predict_on_batch(windows))[:, self.order].astype("float32")

    def of_all(self, windows: Windows) -> np.ndarray:
        """(windows, labels) of all windows, as they are."""
        batches = progress(range(len(windows)), "asking the teacher", len(windows))
        return np.concatenate([self.probabilities(windows[batch][0]) for batch in batches])


def loss(
    targets: KerasTensor, probabilities: KerasTensor, recipe: Recipe, weight: float, temperature: float
) -> KerasTensor:
    """(windows,) the recipe's loss, a share of it against the teacher's softened probabilities.

    Args:
        targets: (windows, labels), or (windows, 2 * labels) with those of a teacher; as validation has none, the
            labels' part alone counts there.
        probabilities: (windows, labels) of the student.
        weight, temperature: the recipe's teacher_weight and teacher_temperature.
    """
    n_labels = probabilities.shape[-1]
    hard, soft = targets[:, :n_labels], targets[:, n_labels:]
    if recipe.label_smoothing:
        of_labels = keras.losses.categorical_crossentropy(hard, probabilities, label_smoothing=recipe.label_smoothing)
    else:
        of_labels = keras.losses.get(recipe.loss)(hard, probabilities)
    if not soft.shape[-1]:
        return of_labels
    taught, learned = _softened(soft, temperature), _softened(probabilities, temperature)
    of_teacher = -keras.ops.sum(taught * keras.ops.log(keras.ops.maximum(learned, LEAST)), axis=-1)
    return (1 - weight) * of_labels + weight * temperature**2 * of_teacher  # squared: gradients shrink by as much


def accuracy(targets: KerasTensor, probabilities: KerasTensor) -> KerasTensor:
    """(windows,) whether the student's label is right, whatever its teacher says; args are those of `loss`."""
    return keras.metrics.categorical_accuracy(targets[:, : probabilities.shape[-1]], probabilities)


def _softened(probabilities, temperature):
    """softmax(log p / temperature): the softmax of the logits over the temperature; zeros stay zeros."""
    powers = keras.ops.power(keras.ops.maximum(probabilities, LEAST), 1 / temperature)
    powers = powers * keras.ops.cast(keras.ops.sum(probabilities, axis=-1, keepdims=True) > 0, powers.dtype)
    return powers / keras.ops.maximum(keras.ops.sum(powers, axis=-1, keepdims=True), LEAST)
