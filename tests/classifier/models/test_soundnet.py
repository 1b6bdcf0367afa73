"""The lengths of the text and the figures, got by building the networks at three seconds of 10 kHz."""

import keras
import pytest

from tests.classifier.models.bodies import paper_body

LENGTHS = {  # after each convolution, pooling and recurrent layer
    "soundnet": [3_750, 1_872, 234, 114, 57, 29, 15, 6, 6, 6],
    "soundnet_lstm": [3_750, 1_872, 468, 231, 116, 58, 29, 13, 13, 13, 13],
}


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths_are_the_sources(name):
    kinds = (keras.layers.Conv1D, keras.layers.MaxPooling1D, keras.layers.LSTM)
    assert [layer.output.shape[1] for layer in paper_body(name, 8).layers if isinstance(layer, kinds)] == LENGTHS[name]


def test_the_last_map_is_6_by_1024():
    flatten = next(layer for layer in paper_body("soundnet", 8).layers if isinstance(layer, keras.layers.Flatten))
    assert flatten.input.shape[1:] == (6, 1024)
