"""Networks of keras.applications under our classifiers have the weights of their source, and learn from none."""

import numpy as np
import pytest

from classifier.core import console

console.import_tensorflow()
import keras  # noqa: E402

from classifier.core import registry  # noqa: E402

NAMES = {"resnet50_lstm": "resnet50", "mobilenet_v2": "mobilenet_v2"}


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    spectrogram = keras.Input((128, 128, 1))
    return keras.Model(spectrogram, registry.load("models", request.param).build(spectrogram, 6), name=request.param)


def test_weights_at_the_papers_input(model):
    weights, trainable = {"resnet50_lstm": (25_732_806, 25_679_686), "mobilenet_v2": (2_265_094, 2_230_982)}[model.name]
    assert model.count_params() == weights
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == trainable


def test_batch_normalisation_knows_its_statistics_after_few_batches(model):
    layers = model.get_layer(NAMES[model.name])._flatten_layers()
    momenta = {layer.momentum for layer in layers if isinstance(layer, keras.layers.BatchNormalization)}
    assert momenta == {0.9}


def test_the_lstms_read_a_step_for_32_frames():
    spectrogram = keras.Input((128, 126, 1))
    model = keras.Model(spectrogram, registry.load("models", "resnet50_lstm").build(spectrogram, 3))
    first = next(layer for layer in model.layers if isinstance(layer, keras.layers.LSTM))
    assert first.input.shape[1:] == (4, 4 * 2048)
