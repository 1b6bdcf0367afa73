"""The attention layers compute what their formulas say, and are saved with their settings."""

import keras
import numpy as np
import pytest

from classifier.core import console

console.import_tensorflow()
from classifier.models._attention import Attention, SelfAttention, convolutional_attention  # noqa: E402

TIME, VALUES, UNITS = 4, 3, 2


@pytest.fixture
def sequences():
    """(2, TIME, VALUES) float32."""
    return np.random.default_rng(0).normal(0, 1, (2, TIME, VALUES)).astype("float32")


def with_random_weights(layer, inputs):
    layer(inputs)
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(0, 1, weight.shape) for weight in layer.weights])
    return layer, {weight.name: np.asarray(weight, "float64") for weight in layer.weights}


def softmax(values, axis):
    return np.exp(values) / np.exp(values).sum(axis=axis, keepdims=True)


def test_attention_is_a_mean_over_time_weighted_by_what_it_learned(sequences):
    layer, own = with_random_weights(Attention(), sequences)
    weights = softmax(np.tanh(sequences @ own["w"] + own["b"]), axis=1)
    assert np.asarray(layer(sequences)) == pytest.approx((weights * sequences).sum(axis=1), abs=1e-5)


def test_attention_that_is_not_pooled_keeps_each_moment_times_its_weight(sequences):
    layer, own = with_random_weights(Attention(pooled=False), sequences)
    weights = softmax(np.tanh(sequences @ own["w"] + own["b"]), axis=1)
    assert np.asarray(layer(sequences)) == pytest.approx(weights * sequences, abs=1e-5)


def test_attention_that_has_learned_nothing_is_the_plain_mean(sequences):
    layer, _ = with_random_weights(Attention(), sequences)
    layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    assert np.asarray(layer(sequences)) == pytest.approx(sequences.mean(axis=1), abs=1e-6)


def test_self_attention_equals_a_loop_over_pairs_of_moments(sequences):
    layer, own = with_random_weights(SelfAttention(UNITS), sequences)
    expected = np.zeros(sequences.shape)
    for window, moments in enumerate(sequences):
        for t in range(TIME):
            hidden = [np.tanh(moments[t] @ own["w_t"] + moments[s] @ own["w_s"] + own["b_h"]) for s in range(TIME)]
            alike = np.array([1 / (1 + np.exp(-(h @ own["w_a"] + own["b_a"])[0])) for h in hidden])
            expected[window, t] = softmax(alike, axis=0) @ moments
    assert np.asarray(layer(sequences)) == pytest.approx(expected, abs=1e-5)


def test_weights_of_the_layers_at_32_moments_of_256_values():
    sequences = keras.Input((32, 256))
    attention, self_attention = Attention(), SelfAttention()
    attention(sequences)
    self_attention(sequences)
    assert attention.count_params() == 288
    assert self_attention.count_params() == 16_449


@pytest.mark.parametrize("made", [Attention(), Attention(pooled=False), SelfAttention(UNITS)])
def test_a_saved_layer_computes_the_same(made, sequences, tmp_path):
    inputs = keras.Input((TIME, VALUES))
    model = keras.Model(inputs, made(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(np.asarray(again(sequences)), np.asarray(model(sequences)))


def test_convolutional_attention_has_the_shape_of_its_block_and_is_not_negative():
    from classifier.models._blocks import block

    x = keras.Input((9, 7, 2))
    beside = keras.Model(x, convolutional_attention(x, 5, (3, 1), (2, 1)))
    assert beside.output.shape == block(x, 5, (3, 1), (2, 1)).shape
    assert np.asarray(beside(np.random.default_rng(0).normal(0, 1, (1, 9, 7, 2)))).min() >= 0
    assert beside.count_params() == (3 * 2 + 2) + (2 * 5 + 5) + 4 * 5
