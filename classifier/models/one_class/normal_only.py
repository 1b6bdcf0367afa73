"""How far a window's log mel spectrogram, summed up over time, is from the nearest ones of normal recordings.

Source: Ramaswamy, Rastogi & Shim, "Efficient Algorithms for Mining Outliers from Large Data Sets", SIGMOD 2000, for the
    distance to the nearest neighbours
Differs: the mean over five neighbours; the embedding is mean and deviation of mel bands, so that no weights are needed.
"""

from collections.abc import Iterable

import keras
import numpy as np
from keras import KerasTensor

from classifier.models import _family
from classifier.models.one_class import _embeddings
from classifier.models.one_class._layers import Nearest, Summary, scored
from classifier.records.recipe import Recipe

FEATURES = _family.LOG_MEL
RECIPE = PAPER = _embeddings.RECIPE
KEPT = 1024  # embeddings: a quarter of a megabyte, and 17 minutes of sound where windows overlap by half


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (2,) probabilities of normal and abnormal."""
    return scored(Nearest(KEPT, name="distance")(Summary(name="embedding")(features)))


def learn(body: keras.Model, windows: Iterable[np.ndarray], recipe: Recipe, seed: int) -> None:
    """Let the layer "distance" remember embeddings of normal windows.

    Args:
        windows: batches of standardised features, (batch, ...) each.
    """
    distance = body.get_layer("distance")
    assert isinstance(distance, Nearest)
    distance.learn(_embeddings.embeddings(body, windows), seed)
