import librosa
import numpy as np

from classifier.features.stft_complex import StftComplex
from classifier.records.audio_format import AudioFormat


def parts(spectrum):
    return np.stack([spectrum.real, spectrum.imag], axis=-1)


def test_it_equals_librosas(assert_equal):
    layer = StftComplex.from_audio_format(AudioFormat())
    assert_equal(layer, lambda signal: parts(librosa.stft(signal, n_fft=2048, hop_length=512)))


def test_the_first_bin_can_be_left_out(assert_equal):
    layer = StftComplex.from_audio_format(AudioFormat(), n_fft=1024, hop_length=512, skip_dc=True)
    assert_equal(layer, lambda signal: parts(librosa.stft(signal, n_fft=1024, hop_length=512)[1:]))
