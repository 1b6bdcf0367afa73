"""The models on averages over time have the weights of their source."""

import keras
import pytest

from classifier.core import console, registry

console.import_tensorflow()


@pytest.mark.parametrize(
    "name, shape, weights", [("averaged_mlp", (257,), 191_782), ("averaged_cnn", (40, 5, 1), 996_870)]
)
def test_its_weights_at_six_labels_are_its_sources(name, shape, weights):
    features = keras.Input(shape)
    body = keras.Model(features, registry.load("models", name).build(features, 6))
    assert body.count_params() == weights
