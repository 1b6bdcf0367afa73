import keras
import numpy as np
import pytest

from classifier.core import console
from tests.classifier.features.conftest import LENGTH, SECONDS

console.import_tensorflow()
from classifier.features._silence import FAINT, Centred, DigitalSilence  # noqa: E402

HALF = LENGTH // 2


def centred(window):
    return np.asarray(Centred()(np.asarray(window, "float32")[None]))[0]


def noise(offset=0.0):
    return np.random.default_rng(0).normal(offset, 0.02, LENGTH).astype("float32")


def test_the_mean_of_a_window_is_gone_and_nothing_else():
    window = noise(0.05)
    found = centred(window)
    assert abs(found.mean(dtype="float64")) < 1e-8
    assert found[1:-1] == pytest.approx((window - window.mean(dtype="float64"))[1:-1], abs=1e-6)


@pytest.mark.parametrize("offset", [0.003, 0.1, -0.3])
def test_a_constant_added_changes_nothing(offset):
    window = noise()
    assert centred(window + np.float32(offset)) == pytest.approx(centred(window), abs=1e-7)


@pytest.mark.parametrize("filled", [slice(0, HALF), slice(HALF, LENGTH), slice(1000, HALF)])
def test_an_offset_is_no_step_where_padding_begins(filled):
    window = np.zeros(LENGTH, "float32")
    window[filled] = noise(0.05)[filled]
    found = centred(window).copy()
    sound = found[filled].copy()
    assert abs(sound.mean(dtype="float64")) < 1e-7
    assert np.abs(sound).max() < 0.1
    found[filled] = 0
    assert not found.any()  # padding stays padding
    assert centred(window + np.float32(0.1))[filled] == pytest.approx(sound, abs=1e-7)  # offset behind the padding, too


@pytest.mark.parametrize("constant", [0, 0.003, 0.1, -0.9])
def test_a_constant_alone_is_exactly_nothing(constant):
    assert not centred(np.full(LENGTH, constant)).any()
    assert not centred(np.where(np.arange(LENGTH) < HALF, constant, 0)).any()
    assert not centred(np.where(abs(np.arange(LENGTH) - HALF) < 99, constant, 0)).any()


@pytest.mark.parametrize(("label", "certain"), [(1, [0, 1, 0]), (None, [0, 0, 0])])
def test_digital_silence_is_the_silent_label_or_none_with_certainty(label, certain):
    probabilities = np.full((3, 3), [0.7, 0.2, 0.1], "float32")
    windows = np.stack([np.zeros(LENGTH), 1e-5 * np.sin(440 * SECONDS), np.full(LENGTH, FAINT / 2)]).astype("float32")
    layer = DigitalSilence(label)
    found = np.asarray(layer([windows, probabilities]))
    assert found.tolist() == [certain, probabilities[1].tolist(), certain]
    assert DigitalSilence.from_config(layer.get_config()).label == label


def test_both_are_known_where_a_model_is_read():
    for kind in (Centred, DigitalSilence):
        assert keras.saving.get_registered_object(f"features>{kind.__name__}") is kind
