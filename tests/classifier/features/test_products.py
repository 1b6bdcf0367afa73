"""Spectra as products with small matrices: what they are held against is librosa, as for the FFT."""

import librosa
import numpy as np
import pytest

from classifier.features import _products
from classifier.features.chroma_stft import ChromaStft
from classifier.features.gammatone_spectrogram import GammatoneSpectrogram
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.records.audio_format import AudioFormat

SIZES = [(2048, 512), (1024, 512), (1024, 256), (512, 64), (16, 8)]


@pytest.mark.parametrize(("n_fft", "hop_length"), SIZES)
def test_it_equals_librosas(signal, n_fft, hop_length):
    signal = signal[: 7 * n_fft + 5]  # no whole number of hops
    values, bins = _products.power(signal[None], n_fft, hop_length)
    expected = np.abs(librosa.stft(signal, n_fft=n_fft, hop_length=hop_length)) ** 2
    found = np.asarray(values)[0, :, bins >= 0]
    assert found.shape == expected.shape
    assert np.abs(found - expected[bins[bins >= 0]]).max() <= 1e-5 * expected.max()


@pytest.mark.parametrize(("n_fft", "hop_length"), SIZES)
def test_every_bin_is_there_once(n_fft, hop_length):
    bins = _products.power(np.zeros((1, n_fft), "float32"), n_fft, hop_length)[1]
    assert sorted(bins[bins >= 0]) == list(range(n_fft // 2 + 1))


@pytest.mark.parametrize(("n_fft", "hop_length"), [(882, 441), (2048, 500), (2048, 2048), (8, 2)])
def test_other_sizes_are_left_to_the_fft(signal, n_fft, hop_length):
    assert not _products.possible(n_fft, hop_length)
    layer = LogMelSpectrogram(16_000, n_fft, hop_length, n_mels=3)
    layer.build((None, len(signal)))
    by_fft = layer(signal[None])
    layer.as_products = True
    assert np.array_equal(layer(signal[None]), by_fft)


@pytest.mark.parametrize("kind", [LogMelSpectrogram, GammatoneSpectrogram, ChromaStft])
def test_features_are_the_same(signal, kind):
    layer, audio = kind.from_audio_format(AudioFormat()), np.stack([signal, 0.1 * signal])
    by_fft = np.asarray(layer(audio))
    layer.as_products = True
    assert np.abs(layer(audio) - by_fft).max() <= 1e-4 * np.abs(by_fft).max()
