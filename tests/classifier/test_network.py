import numpy as np
import pytest

from classifier import console, registry
from Constants import Contract

console.import_tensorflow()
from classifier import network  # noqa: E402


@pytest.fixture(scope="module", params=["mel", "signal"])
def model(request):
    model_file = registry.load("models", request.param)
    return network.build(model_file, network.features_of(model_file, Contract()), Contract(), 3)


def audio():
    return np.random.default_rng(0).normal(0, 0.1, (4, 32_000)).astype("float32")


def test_masks_share_the_weights_and_do_nothing_when_the_model_answers(model):
    learner = network.masked(model, 0.3)
    assert learner.count_params() - model.count_params() in (0, 2)  # the state of the random numbers
    assert np.array_equal(learner.predict(audio(), verbose=0), model.predict(audio(), verbose=0))


def test_masks_take_away_up_to_their_share_of_each_axis_while_training():
    features = np.ones((50, 128, 63, 1), "float32")
    masked = np.asarray(network.Masks(0.25)(features, training=True))
    bands_gone = np.mean(masked.max(axis=(2, 3)) == 0, axis=1)
    frames_gone = np.mean(masked.max(axis=(1, 3)) == 0, axis=1)
    for gone in (bands_gone, frames_gone):
        assert 0 < gone.mean() < 0.26
        assert gone.max() <= 0.5 + 0.05
        assert len(set(gone)) > 5  # each piece has masks of its own
    assert set(np.unique(masked)) == {0, 1}
    assert np.array_equal(network.Masks(0.25)(features, training=False), features)


def test_of_a_waveform_spans_of_time_are_masked():
    masked = np.asarray(network.Masks(0.25)(np.ones((20, 1000, 1), "float32"), training=True))
    assert 0 < np.mean(masked == 0) < 0.3
