"""The weights of a trained model as the first ones of another with more, fewer or other labels."""

from dataclasses import dataclass
from types import ModuleType

import keras
import numpy as np

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.records.training_config import TrainingConfig
from classifier.training import start


@dataclass(frozen=True)
class Start:
    """A trained model, and its labels in the order of its outputs; folder: where it lies."""

    folder: str
    labels: list[str]
    model: keras.Model

    @property
    def statistics(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance (values,) of the features that its weights are used to."""
        layer = self.model.get_layer("standardise")
        return np.asarray(layer.input_mean), np.asarray(layer.input_variance)


def load(config: TrainingConfig) -> Start | None:
    """The model that a training starts from; None where it starts from random weights."""
    if not config.start:
        return None
    held_out = start.model_of(config.start)
    return Start(config.start, held_out.labels, artifact.load_keras(held_out))


def take(model: keras.Model, labels: list[str], file: ModuleType, first: Start) -> None:
    """Give a model the weights of another; those of labels that are new to it stay as they are.

    Which axis of a weight counts labels is seen from a model with one label more.

    Args:
        file: of classifier/models, that both are built by.

    Raises:
        InputError: it has other weights than the model to start from.
    """
    body, old = model.get_layer("body"), first.model.get_layer("body")
    with_one_more = keras.Model(inner := keras.Input(body.input.shape[1:]), file.build(inner, len(labels) + 1))
    mine = [i for i, label in enumerate(labels) if label in first.labels]
    theirs = [first.labels.index(labels[i]) for i in mine]
    pairs = list(zip(body.weights, old.weights, with_one_more.weights, strict=False))
    same = len(body.weights) == len(old.weights) == len(with_one_more.weights)
    for weight, before, wider in pairs:
        axes = [axis for axis, (n, more) in enumerate(zip(weight.shape, wider.shape, strict=True)) if n != more]
        fits = [n for axis, n in enumerate(weight.shape) if axis not in axes] == [
            n for axis, n in enumerate(before.shape) if axis not in axes
        ]
        counts = [(weight.shape[axis], before.shape[axis]) for axis in axes] in ([], [(len(labels), len(first.labels))])
        if not (same and fits and counts):
            raise InputError(
                f"{first.folder} has other weights than this model ({weight.path}: {before.shape}, now "
                f"{weight.shape}): leave out --from, and train it anew"
            )
        values = before.numpy()
        if axes:
            values = np.moveaxis(weight.numpy(), axes[0], 0)
            values[mine] = np.moveaxis(before.numpy(), axes[0], 0)[theirs]
            values = np.moveaxis(values, 0, axes[0])
        weight.assign(values)
    say(f"starts from {first.folder}; labels {start.changes(first.labels, labels)}")
