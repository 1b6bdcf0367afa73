import librosa
import pytest

from classifier.features.mel_spectrogram import MelSpectrogram
from classifier.records.audio_format import AudioFormat, make_audio_format


def test_it_equals_librosas(assert_equal):
    settings = {"sr": 16_000, "n_fft": 2048, "hop_length": 512, "n_mels": 128}
    layer = MelSpectrogram.from_audio_format(AudioFormat())
    assert_equal(layer, lambda signal: librosa.feature.melspectrogram(y=signal, **settings))


def test_settings_replace_the_audio_formats(assert_equal):
    layer = MelSpectrogram.from_audio_format(AudioFormat(), n_fft=1024, hop_length=256, n_mels=40)
    settings = {"sr": 16_000, "n_fft": 1024, "hop_length": 256, "n_mels": 40}
    assert_equal(layer, lambda signal: librosa.feature.melspectrogram(y=signal, **settings))


def test_another_hop_than_a_quarter_of_the_fft(assert_equal):
    layer = MelSpectrogram.from_audio_format(AudioFormat(), n_fft=1024, hop_length=400, n_mels=40)
    settings = {"sr": 16_000, "n_fft": 1024, "hop_length": 400, "n_mels": 40}
    assert_equal(layer, lambda signal: librosa.feature.melspectrogram(y=signal, **settings))


@pytest.mark.parametrize(
    "seconds, sample_rate", [(0.05, 8_000), (0.05, 16_000), (1, 48_000), (0.1, 96_000), (1, 384_000)]
)
def test_at_no_rate_a_band_is_without_a_line_of_the_fft(seconds, sample_rate):
    layer = MelSpectrogram.from_audio_format(make_audio_format(seconds, sample_rate))
    layer.build(None)
    assert (layer.bands.max(axis=0) > 0).all()
