"""What holds for every feature: it is saved with its settings, tested by name, and runs on a phone as it runs here."""

import keras
import numpy as np
import pytest

from classifier.core import registry
from classifier.export import convert
from classifier.features._decibels import RANGE_DB
from classifier.inference import litert
from classifier.records.audio_format import AudioFormat
from tests.conftest import ROOT

NAMES = registry.names("features")
AUDIO_FORMAT = AudioFormat()


def layer_of(name):
    return registry.feature(name).from_audio_format(AUDIO_FORMAT)


def test_there_are_features():
    assert {"waveform", "mel_spectrogram", "log_mel_spectrogram"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_has_tests_of_its_name(name):
    assert (ROOT / "tests" / "classifier" / "features" / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_is_saved_with_its_settings(name):
    layer = layer_of(name)
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_computes_the_same_with_built_in_operators(name, tmp_path):
    audio = keras.Input((AUDIO_FORMAT.window_length,))
    layer = layer_of(name)
    model = keras.Model(audio, keras.layers.Flatten()(layer(audio)))
    windows = np.concatenate([litert.probes(AUDIO_FORMAT), 0.1 * litert.probes(AUDIO_FORMAT, seed=1)[1:2]])
    (tmp_path / "feature.tflite").write_bytes(convert.converted(model))
    expected = np.asarray(model(windows))
    found = litert.LiteRT(tmp_path / "feature.tflite").run(windows)
    assert np.isfinite(found).all()
    if layer.is_causal:  # it does not know the loudest of the window, and leaves rounding noise in
        expected, found = (np.maximum(values, expected.max() - RANGE_DB) for values in (expected, found))
    assert np.abs(found - expected).max() <= 1e-3 * np.abs(expected).max()
    assert b"Flex" not in (tmp_path / "feature.tflite").read_bytes()
