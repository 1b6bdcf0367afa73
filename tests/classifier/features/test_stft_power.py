import librosa
import numpy as np

from classifier.features.stft_power import StftPower
from classifier.records.audio_format import AudioFormat


def test_it_equals_librosas(assert_equal):
    layer = StftPower.from_audio_format(AudioFormat())
    assert_equal(layer, lambda signal: np.abs(librosa.stft(signal, n_fft=2048, hop_length=512)) ** 2)


def test_the_first_bin_can_be_left_out(assert_equal):
    layer = StftPower.from_audio_format(AudioFormat(), n_fft=1024, hop_length=512, skip_dc=True)
    assert_equal(layer, lambda signal: np.abs(librosa.stft(signal, n_fft=1024, hop_length=512)[1:]) ** 2)
