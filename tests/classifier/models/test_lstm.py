"""The recurrent models read frame after frame."""

import keras
import numpy as np
import pytest

from classifier.core import console

console.import_tensorflow()
from tests.classifier.models.bodies import body  # noqa: E402


@pytest.mark.parametrize("name", ["lstm", "lstm_stacked", "lstm_dense"])
def test_a_step_of_its_first_lstm_is_a_frame_with_all_of_its_bands(name):
    net = body(name, shape=(5, 7, 1))  # bands, frames
    features = np.arange(35, dtype="float32").reshape(1, 5, 7, 1)
    first = next(layer for layer in net.layers if isinstance(layer, keras.layers.LSTM))
    steps = np.asarray(keras.Model(net.input, first.input)(features))
    assert np.array_equal(steps[0], features[0, :, :, 0].T)
