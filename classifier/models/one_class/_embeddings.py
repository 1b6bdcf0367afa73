"""What the models share that compare embeddings with normal ones: no gradient, one pass over the windows."""

from collections.abc import Iterable

import keras
import numpy as np

from classifier.models.one_class._layers import Mahalanobis
from classifier.records.recipe import Recipe

RECIPE = Recipe(epochs=1, batch_size=64, optimizer="none", learning_rate=0.0, loss="none")


def learn(body: keras.Model, windows: Iterable[np.ndarray], recipe: Recipe, seed: int) -> None:
    """Let the layer "distance" take mean and covariance of the embeddings of normal windows.

    Args:
        windows: batches of standardised features, (batch, ...) each.
    """
    distance = body.get_layer("distance")
    assert isinstance(distance, Mahalanobis)
    distance.learn(embeddings(body, windows))


def embeddings(body: keras.Model, windows: Iterable[np.ndarray]) -> np.ndarray:
    """(windows, values) what the layer "distance" is given of batches of features, (batch, ...) each."""
    embedding = keras.Model(body.input, body.get_layer("distance").input)
    return np.concatenate([np.asarray(embedding.predict_on_batch(batch)) for batch in windows])
