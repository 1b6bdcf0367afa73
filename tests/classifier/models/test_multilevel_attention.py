"""The networks weigh what the published ones weigh, listen with shares of a whole, and have a penalty that is real."""

import keras
import numpy as np
import pytest

from classifier.core import registry
from classifier.models import _multilevel, assemble
from classifier.records.audio_format import AudioFormat, make_audio_format
from tests.classifier.models.bodies import body

NAMES = ("multilevel_attention", "multilevel_attention_wide")
STEPS, VALUES, CLASSES = 10, 128, 4


@pytest.mark.parametrize(["name", "normalised", "weights"], [(NAMES[0], True, 2_639_745), (NAMES[1], False, 4_960_269)])
def test_weights_with_the_last_layer_of_the_source(name, normalised, weights):
    embedding = keras.Input((STEPS, VALUES))
    x = keras.layers.Dense(527)(registry.load("models", name).network(embedding, 527))
    x = keras.layers.BatchNormalization()(x) if normalised else x
    assert keras.Model(embedding, keras.layers.Activation("sigmoid")(x)).count_params() == weights


@pytest.fixture(params=NAMES)
def net(request):
    """What follows the features, at its initial weights."""
    return body(request.param, (STEPS, VALUES), CLASSES)


@pytest.fixture
def embedded():
    """Three windows, far from 0 so that softmax has something to say."""
    return np.random.default_rng(0).normal(0, 20, (3, STEPS, VALUES)).astype("float32")


def test_a_window_is_what_its_steps_say_weighted_by_shares_of_attention(net, embedded):
    named = [net.get_layer(name).output for name in ("attention_2", "said_2", "attention_3", "said_3")]
    *of_steps, levels = keras.Model(net.input, [*named, net.layers[-1].input])(embedded)
    attention_2, said_2, attention_3, said_3 = map(np.asarray, of_steps)
    for attention in (attention_2, attention_3):
        assert attention.shape == (3, STEPS, CLASSES)
        assert attention.sum(axis=1) == pytest.approx(1, abs=1e-5)
    third, second = (attention_3 * said_3).sum(axis=1), (attention_2 * said_2).sum(axis=1)
    assert np.asarray(levels) == pytest.approx(np.concatenate([third, second], axis=1), abs=1e-5)


def test_attention_is_a_softmax_over_the_classes_shared_out_over_time():
    x = np.log([[[3.0, 1.0], [1.0, 1.0]]])  # of class 0: 3/4, then 1/2
    assert np.asarray(_multilevel.ClassAttention()(x)) == pytest.approx(np.array([[[0.6, 1 / 3], [0.4, 2 / 3]]]))


def test_large_weights_of_the_last_layer_cost_something(net):
    kernel, bias = net.layers[-1].get_weights()
    net.layers[-1].set_weights([np.full_like(kernel, 10), bias])
    assert float(sum(net.losses)) == pytest.approx(1e-4 * 100 * 2 * CLASSES * CLASSES)


def test_at_first_what_the_levels_say_of_a_label_counts_for_no_other(net):
    said = np.array([[0.9, 0.1, 0.1, 0.1, 0.8, 0.2, 0.2, 0.2]])
    probabilities = np.asarray(net.layers[-1](said))[0]
    assert probabilities.argmax() == 0
    assert probabilities[1:] == pytest.approx(probabilities[1])
    assert probabilities[0] / probabilities[1] == pytest.approx(np.exp(4 * (0.8 + 0.6)))


@pytest.mark.parametrize("name", NAMES)
def test_ten_seconds_are_ten_steps_of_yamnet(name, weights_here):
    module = registry.load("models", name)
    audio_format = make_audio_format(seconds=module.SECONDS)
    assert audio_format == module.PAPER_AUDIO_FORMAT == AudioFormat(window_length=160_000)
    features = assemble.features_of(module, audio_format)
    assert features(np.zeros((1, audio_format.window_length), "float32")).shape == (1, 10, 1024)
