import librosa
import numpy as np
import pytest

from classifier.features.summary import Summary
from classifier.records.audio_format import AudioFormat, make_audio_format

RATE, STFT = 16_000, {"n_fft": 2048, "hop_length": 512}
SPECTRUM = {"sr": RATE, **STFT}
FRAMES = {"frame_length": 2048, "hop_length": 512}
REFERENCES = {  # (samples, what is not faint of the spectrum, the same with a floor) -> (values, frames)
    "zero-crossing rate": lambda y, audible, floored: librosa.feature.zero_crossing_rate(y, **FRAMES),
    "RMS": lambda y, audible, floored: librosa.feature.rms(y=y, **FRAMES),
    "centroid": lambda y, audible, floored: librosa.feature.spectral_centroid(y=y, S=audible, **SPECTRUM),
    "bandwidth": lambda y, audible, floored: librosa.feature.spectral_bandwidth(y=y, S=audible, **SPECTRUM),
    "roll-off": lambda y, audible, floored: librosa.feature.spectral_rolloff(y=y, S=audible, **SPECTRUM),
    "contrast": lambda y, audible, floored: librosa.feature.spectral_contrast(y=y, S=floored, **SPECTRUM),
    "MFCC": lambda y, audible, floored: librosa.feature.mfcc(y=y, n_mfcc=20, **SPECTRUM),
}
LAYER = Summary.from_audio_format(AudioFormat())


def values(signal, named):
    """{name: value} of a window, of the values whose names begin so."""
    found = dict(zip(LAYER.names(), np.asarray(LAYER(signal[None]))[0], strict=True))
    return {name: value for name, value in found.items() if name.startswith(named)}


def difference(signal, part, audible=None, floored=None):
    """Largest difference of a part's means and deviations from the reference's, over the largest of these."""
    reference = REFERENCES[part](signal, audible, floored)
    expected = np.concatenate([reference.mean(axis=1), reference.std(axis=1)])
    found = np.array(list(values(signal, part).values()))
    assert found.shape == expected.shape
    return np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30)


@pytest.mark.parametrize("part", REFERENCES)
def test_a_part_is_the_means_and_deviations_of_librosas(voice, part):
    noise = np.random.default_rng(0).normal(0, 0.2, len(voice)).astype("float32")
    assert difference(noise, part) <= 1e-4
    assert difference(voice, part) <= (2e-3 if part == "contrast" else 1e-4)  # some of the voice is faint


@pytest.mark.parametrize("part", REFERENCES)
def test_what_is_faint_counts_as_nothing(signal, part):
    magnitude = np.abs(librosa.stft(signal, **STFT))
    faint = 1e-6 * magnitude.max()
    assert difference(signal, part, np.where(magnitude > faint, magnitude, 0), np.maximum(magnitude, faint)) <= 1e-3


def test_log_mel_bands_are_means(signal):
    mel = librosa.power_to_db(librosa.feature.melspectrogram(y=signal, n_mels=40, **SPECTRUM))
    found = np.array(list(values(signal, "log mel band").values()))
    assert np.abs(found - mel.mean(axis=1)).max() <= 1e-4 * np.abs(mel).max()


def test_there_is_a_name_for_every_value_and_none_twice():
    names = LAYER.names()
    assert len(set(names)) == len(names) == LAYER(np.zeros((1, 32_000), "float32")).shape[1] == 2 * 32 + 40
    assert names[:2] == ["zero-crossing rate mean", "RMS mean"]


def test_a_lower_sample_rate_has_fewer_octaves():
    audio_format = make_audio_format(sample_rate=8_000)
    layer = Summary.from_audio_format(audio_format)
    found = layer(np.ones((1, audio_format.window_length), "float32"))
    assert found.shape == (1, len(layer.names())) == (1, 2 * 31 + 40)
    assert np.isfinite(found).all()
