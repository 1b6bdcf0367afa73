import librosa
import numpy as np

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.records.audio_format import AudioFormat


def test_it_equals_librosas(assert_equal):
    settings = {"sr": 16_000, "n_fft": 2048, "hop_length": 512, "n_mels": 128}

    def reference(signal):
        return librosa.power_to_db(librosa.feature.melspectrogram(y=signal, **settings))

    assert_equal(LogMelSpectrogram.from_audio_format(AudioFormat()), reference)


def test_its_two_halves_are_the_feature(voice):
    layer = LogMelSpectrogram.from_audio_format(AudioFormat())
    whole = layer(voice[None])
    assert np.array_equal(layer.from_app(layer.for_app(voice[None])), whole)
