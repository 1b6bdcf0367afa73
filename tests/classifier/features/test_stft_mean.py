import librosa
import numpy as np

from classifier.features.stft_mean import StftMean
from classifier.records.audio_format import AudioFormat


def mean(signal):
    return np.abs(librosa.stft(signal, n_fft=512, hop_length=256)).mean(axis=1)


def scaled(signal):
    rest = mean(signal) - mean(signal).min()
    return rest / rest.max() if rest.any() else rest


def test_it_is_the_mean_of_librosas_magnitudes_from_0_to_1(assert_equal):
    assert_equal(StftMean.from_audio_format(AudioFormat()), scaled)


def test_it_can_stay_unscaled(assert_equal):
    assert_equal(StftMean.from_audio_format(AudioFormat(), scaled=False), mean)


def test_its_settings_are_not_the_audio_formats():
    layer = StftMean.from_audio_format(AudioFormat(n_fft=2048, hop_length=512))
    assert layer(np.zeros((2, 32_000), "float32")).shape == (2, 257)


def test_a_louder_window_is_the_same(voice):
    soft, loud = (np.asarray(StftMean()(gain * voice[None])) for gain in (0.01, 1.0))
    assert np.abs(soft - loud).max() <= 1e-5
