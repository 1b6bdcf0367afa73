"""Every feature equals its reference implementation, on noise, a tone, silence and a voice."""

import librosa
import numpy as np
import pytest

from classifier import recording, registry
from Constants import Contract

CONTRACT = Contract()
LENGTH = CONTRACT.piece_length
SETTINGS = {"sr": CONTRACT.sample_rate, "n_fft": 2048, "hop_length": 512, "n_mels": 128}
TOLERANCE = 1e-4  # of the maximum


def references(signal):
    power = librosa.feature.melspectrogram(y=signal, **SETTINGS)
    level = librosa.feature.rms(y=signal, frame_length=LENGTH, hop_length=LENGTH, center=False)[0, 0]
    return {
        "waveform": signal,
        "levelled_waveform": signal / (level + 1e-4),
        "mel_spectrogram": power,
        "log_mel_spectrogram": librosa.power_to_db(power),
    }


@pytest.fixture(scope="module")
def signals(data_short):
    voice = recording.read(sorted(data_short.glob("speech/*.wav"))[0], CONTRACT.sample_rate)
    return {
        "noise": np.random.default_rng(0).normal(0, 0.2, LENGTH).astype("float32"),
        "tone": 0.9 * np.sin(2 * np.pi * 1000 * np.arange(LENGTH) / CONTRACT.sample_rate).astype("float32"),
        "silence": np.zeros(LENGTH, "float32"),
        "voice": voice[:LENGTH],
        "first quarter only": np.where(np.arange(LENGTH) < LENGTH // 4, voice[:LENGTH], 0),
    }


def layer_of(name):
    module = registry.load("features", name)
    return getattr(module, name.title().replace("_", "")).from_contract(CONTRACT)


@pytest.mark.parametrize("name", registry.names("features"))
@pytest.mark.parametrize("kind", ["noise", "tone", "silence", "voice", "first quarter only"])
def test_a_feature_equals_its_reference(name, kind, signals):
    expected = references(signals[kind])[name]
    found = np.asarray(layer_of(name)(signals[kind][None]))[0, ..., 0]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= TOLERANCE * np.abs(expected).max()


def test_there_are_features():
    assert {"waveform", "mel_spectrogram", "log_mel_spectrogram"} <= set(registry.names("features"))


@pytest.mark.parametrize("name", registry.names("features"))
def test_a_feature_is_saved_with_its_settings(name):
    layer = layer_of(name)
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def test_the_two_halves_of_a_feature_are_the_feature(signals):
    layer = layer_of("log_mel_spectrogram")
    audio = signals["voice"][None]
    whole = layer(audio)
    assert np.array_equal(layer.from_app(layer.for_app(audio)), whole)
