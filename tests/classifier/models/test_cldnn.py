"""The convolutional recurrent models have the weights of their sources; attention adds its own, at its place."""

import keras
import numpy as np
import pytest

from classifier.core import console

console.import_tensorflow()
from tests.classifier.models.bodies import body  # noqa: E402

WEIGHTS = {
    "cldnn": (2_711_974, 2_711_718),
    "cldnn_attention": (2_711_974 + 256 + 32, 2_711_718 + 256 + 32),  # a weight a value, a bias a moment
    "cldnn_self_attention": (2_711_974 + 16_449, 2_711_718 + 16_449),
    "cldnn_article": (1_262_694, 1_262_694),
}  # at six labels: all, trainable


@pytest.mark.parametrize("name", WEIGHTS)
def test_its_weights_at_six_labels_are_its_sources(name):
    net = body(name)
    trainable = sum(int(np.prod(weight.shape)) for weight in net.trainable_weights)
    assert (net.count_params(), trainable) == WEIGHTS[name]


@pytest.mark.parametrize("name", WEIGHTS)
def test_its_lstms_run_over_time_not_over_bands(name):
    net = body(name, shape=(16, 40, 1))  # a quarter of either is left
    recurrent = [layer for layer in net.layers if isinstance(layer, (keras.layers.LSTM, keras.layers.Bidirectional))]
    assert [layer.input.shape[1] for layer in recurrent] == [10, 10]
    assert recurrent[0].input.shape[2] == 4 * 64


def test_a_block_is_three_convolutions_and_halves_what_its_pool_says():
    from classifier.models._blocks import block

    x = keras.Input((8, 6, 2))
    net = keras.Model(x, block(x, 5, (1, 3), (1, 2)))
    assert net.output.shape == (None, 8, 3, 5)
    assert net.count_params() == (3 * 2 * 5 + 5) + (3 * 5 * 5 + 5) + (5 * 5 + 5) + 4 * 5
