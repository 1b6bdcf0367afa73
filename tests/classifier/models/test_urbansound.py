"""The source's layers and counts at its own input, and slices that are classified one by one."""

import keras
import numpy as np
import pytest

from classifier.core import registry
from classifier.models import slice_cnn, slice_lstm
from classifier.records.audio_format import AudioFormat
from tests.classifier.models.bodies import paper_body

WEIGHTS = {  # at the source's labels: labels, input, all
    "urbansound_cnn": (10, (60, 174, 1), 2_204_538),
    "urbansound_small_cnn": (10, (40, 174, 1), 44_602),
    "slice_cnn": (5, (60, 7, 1), 99_477),
    "slice_lstm": (5, (60, 7, 1), 239_637),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_input_and_weights_are_the_sources(name):
    n_classes, shape, weights = WEIGHTS[name]
    source = paper_body(name, n_classes)
    assert (source.input.shape[1:], source.count_params()) == (shape, weights)


def test_the_layers_of_the_best_network_are_the_sources():
    kinds = (keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.Flatten, keras.layers.Dense)
    layers = [layer for layer in paper_body("urbansound_cnn", 10).layers if isinstance(layer, kinds)]
    assert [(layer.output.shape[1:], layer.count_params()) for layer in layers] == [
        ((59, 173, 16), 80),
        ((29, 86, 16), 0),
        ((28, 85, 32), 2_080),
        ((26, 83, 64), 18_496),
        ((13, 41, 64), 0),
        ((34_112,), 0),
        ((64,), 2_183_232),
        ((10,), 650),
    ]


def test_its_convolutions_decay():
    assert len(paper_body("urbansound_cnn", 10).losses) == 3


def test_the_first_network_has_as_many_weights_at_60_bands():
    module = registry.load("models", "urbansound_small_cnn")
    inputs = keras.Input((60, 174, 1))
    assert keras.Model(inputs, module.build(inputs, 10)).count_params() == 44_602


def test_recurring_over_bands_the_network_has_the_sources_weights():
    inputs = keras.Input((60, 7))
    assert keras.Model(inputs, slice_lstm.of_steps(inputs, 5)).count_params() == 214_621


def test_two_seconds_are_nine_slices_and_their_mean():
    window = paper_body("slice_cnn", 5, AudioFormat(n_fft=512, n_mels=60))
    inputs = keras.Input((60, 7, 1))
    of_slice = keras.Model(inputs, slice_cnn.of_slice(inputs, 5))
    of_slice.set_weights(window.get_weights())
    mel = np.random.default_rng(0).normal(size=(1, 60, 63, 1)).astype("float32")
    expected = np.mean([of_slice(mel[:, :, start : start + 7]) for start in range(0, 63, 7)], axis=0)
    assert np.asarray(window(mel)) == pytest.approx(expected, abs=1e-5)


def test_the_recurrent_network_goes_through_time():
    inputs = keras.Input((60, 7, 1))
    model = keras.Model(inputs, slice_lstm.build(inputs, 5))
    recurrent = next(layer for layer in model.layers if isinstance(layer, keras.layers.LSTM))
    assert recurrent.input.shape[1:] == (7, 60)
    until = keras.Model(inputs, recurrent.output)
    mel = np.random.default_rng(0).normal(size=(1, 60, 7, 1)).astype("float32")
    later = mel.copy()
    later[:, :, 5:] = 0
    same = np.isclose(np.asarray(until(mel)), np.asarray(until(later)), atol=1e-6).all(axis=-1)[0]
    assert same.tolist() == [True] * 5 + [False] * 2
