"""How badly an autoencoder that has seen normal windows alone rebuilds a window: a baseline.

Source: github.com/WWH98932/Audio-Classification-Models, `ae_extractor` of single_channel_models.py
Differs: as autoencoder; trained on normal recordings alone, its error of reconstruction is the distance.
"""

from collections.abc import Iterable

import keras
import numpy as np
from keras import KerasTensor

from classifier.core import interruptible
from classifier.models import _family
from classifier.models._autoencoder import coded_and_decoded, unit_range
from classifier.models.one_class._layers import LogError, scored
from classifier.records.recipe import Recipe

FEATURES = _family.LOG_MEL_HALF_HOP
RECIPE = Recipe(epochs=50, batch_size=32, optimizer="adam", learning_rate=1e-3, loss="mean_squared_error")
PAPER = Recipe(epochs=100, batch_size=64, optimizer="adam", learning_rate=1e-4, loss="mean_squared_error")


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (2,) probabilities of normal and abnormal."""
    _, decoded = coded_and_decoded(features)
    return scored(LogError(name="distance")([decoded, unit_range(features)]))


def learn(body: keras.Model, windows: Iterable[np.ndarray], recipe: Recipe, seed: int) -> None:
    """Train the autoencoder to rebuild normal windows, scaled to [0, 1] one by one.

    Args:
        windows: batches of standardised features, (batch, ...) each.
    """
    decoded, target = body.get_layer("distance").input
    features = np.concatenate(list(windows))
    wanted = interruptible.predict(keras.Model(body.input, target), features, recipe.batch_size)
    autoencoder = keras.Model(body.input, decoded)
    autoencoder.compile(recipe.optimizer, recipe.loss, jit_compile=False)
    autoencoder.optimizer.learning_rate = recipe.learning_rate
    interruptible.fit(autoencoder, features, wanted, recipe.batch_size, epochs=recipe.epochs)
