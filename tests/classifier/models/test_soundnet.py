"""The lengths of the text and the figures, got by building the networks at three seconds of 10 kHz."""

import keras
import pytest

from classifier.core import registry
from classifier.models import assemble

LENGTHS = {  # after each convolution, pooling and recurrent layer
    "soundnet": [3_750, 1_872, 234, 114, 57, 29, 15, 6, 6, 6],
    "soundnet_lstm": [3_750, 1_872, 468, 231, 116, 58, 29, 13, 13, 13, 13],
}


def body(name):
    module = registry.load("models", name)
    features = assemble.features_of(module, module.PAPER_AUDIO_FORMAT, paper=True)
    return assemble.build(module, features, module.PAPER_AUDIO_FORMAT, 8).get_layer("body")


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths_are_the_sources(name):
    kinds = (keras.layers.Conv1D, keras.layers.MaxPooling1D, keras.layers.LSTM)
    assert [layer.output.shape[1] for layer in body(name).layers if isinstance(layer, kinds)] == LENGTHS[name]


def test_the_last_map_is_6_by_1024():
    flatten = next(layer for layer in body("soundnet").layers if isinstance(layer, keras.layers.Flatten))
    assert flatten.input.shape[1:] == (6, 1024)
