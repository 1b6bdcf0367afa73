import librosa
import numpy as np
import pytest

from classifier.features.gammatone_spectrogram import GammatoneSpectrogram, centres
from classifier.records.audio_format import AudioFormat

RATE = 16_000
OVERSAMPLED = 8  # so that what a filter lets through above half the rate does not fold back
LONGER = 4  # than a frame: the lowest filters ring on


def reference(signal, n_bands=64, fmin=50.0, n_fft=2048, hop_length=512):
    """The power of librosa's STFT, weighted by the spectra of the filters' impulse responses."""
    scale = 9.265 * np.log1p(np.array([fmin, RATE / 2]) / 228.85)
    frequencies = 228.85 * (np.exp(np.linspace(*scale, n_bands) / 9.265) - 1)
    seconds = np.arange(n_fft * OVERSAMPLED * LONGER) / (RATE * OVERSAMPLED)
    power = np.abs(librosa.stft(signal, n_fft=n_fft, hop_length=hop_length)) ** 2
    bands = []
    for f in frequencies:
        envelope = seconds**3 * np.exp(-2 * np.pi * 1.019 * (24.7 + 0.108 * f) * seconds)
        response = 2 * envelope / envelope.sum() * np.cos(2 * np.pi * f * seconds)
        bands.append(np.abs(np.fft.rfft(response)[: LONGER * n_fft // 2 + 1 : LONGER]) ** 2 @ power)
    return librosa.power_to_db(np.array(bands))


def test_it_equals_the_spectra_of_impulse_responses(assert_equal):
    assert_equal(GammatoneSpectrogram.from_audio_format(AudioFormat()), reference)


def test_settings_replace_the_defaults(assert_equal):
    settings = {"n_bands": 128, "fmin": 100.0, "n_fft": 1024, "hop_length": 256}
    layer = GammatoneSpectrogram.from_audio_format(AudioFormat(), **settings)
    assert_equal(layer, lambda signal: reference(signal, **settings))


def test_centres_are_as_many_erbs_apart():
    found = centres(100, 8000, 64)
    assert [*found[:3], *found[-2:]] == pytest.approx([100, 117, 135, 7590, 8000], abs=0.5)
