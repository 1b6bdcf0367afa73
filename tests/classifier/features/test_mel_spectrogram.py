import librosa

from classifier.features.mel_spectrogram import MelSpectrogram
from classifier.records.audio_format import AudioFormat


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
