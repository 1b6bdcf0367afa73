import librosa
import pytest

from classifier.features.mfcc import Mfcc
from classifier.records.audio_format import AudioFormat

STFT = {"sr": 16_000, "n_fft": 2048, "hop_length": 512}


def test_it_equals_librosas(assert_equal):
    assert_equal(
        Mfcc.from_audio_format(AudioFormat()), lambda signal: librosa.feature.mfcc(y=signal, n_mfcc=40, **STFT)
    )


def test_settings_replace_the_defaults(assert_equal):
    layer = Mfcc.from_audio_format(AudioFormat(), n_mels=64, n_mfcc=13)
    assert_equal(layer, lambda signal: librosa.feature.mfcc(y=signal, n_mfcc=13, n_mels=64, **STFT))


def test_there_are_as_many_coefficients_as_bands_and_no_more():
    assert Mfcc.from_audio_format(AudioFormat(), n_mfcc=128).n_mfcc == 128
    with pytest.raises(ValueError, match="128 mel bands have no 129 coefficients"):
        Mfcc.from_audio_format(AudioFormat(), n_mfcc=129)
