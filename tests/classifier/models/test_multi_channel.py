"""Separable CNNs on several channels have the weights of their source, and few frames do not vanish in a pool."""

import numpy as np
import pytest

from classifier.core import console

console.import_tensorflow()
import keras  # noqa: E402

from tests.classifier.models.bodies import body  # noqa: E402


@pytest.mark.parametrize(
    ("name", "shape", "n_classes", "weights", "fixed"),
    [
        ("multi_channel_cnn", (128, 256, 4), 6, 3_064_646, 1_152),
        ("multi_channel_cnn", (128, 256, 4), 50, 3_087_218, 1_152),
        ("multi_channel_attention", (128, 256, 4), 6, 3_118_230, 2 * 1_152),
        ("stft_phase_cnn", (512, 128, 2), 6, 4_113_030, 1_152),
        ("stft_complex_cnn", (512, 128, 2), 6, 4_113_030, 1_152),
    ],
)
def test_weights_at_the_papers_input(name, shape, n_classes, weights, fixed):
    model = body(name, shape, n_classes)
    assert model.count_params() == weights
    assert weights - sum(int(np.prod(w.shape)) for w in model.trainable_weights) == fixed


def maps(name, shape):
    return [layer.output.shape[1:3] for layer in body(name, shape).layers if type(layer).__name__ == "MaxPooling2D"]


def test_half_the_frames_leave_the_same_map():
    assert maps("multi_channel_cnn", (128, 256, 4))[-1] == (1, 8)  # time, frequency
    assert maps("multi_channel_cnn", (128, 126, 4))[-2:] == [(1, 16), (1, 8)]


def test_pools_of_four_take_the_many_bins_not_the_frames():
    assert maps("stft_phase_cnn", (512, 128, 2))[:2] == [(512, 64), (128, 64)]  # frequency, time


def test_attention_scales_the_output_of_a_block():
    model = body("multi_channel_attention", (128, 126, 4))
    products = [layer for layer in model.layers if isinstance(layer, keras.layers.Multiply)]
    assert len(products) == 6
    made_by = {id(layer.output): layer for layer in model.layers}
    for product in products:
        output, weights = (made_by[id(tensor)] for tensor in product.input)
        assert isinstance(output, keras.layers.MaxPooling2D)
        assert weights.activation is keras.activations.sigmoid  # at most 1
