import pytest
from scipy.fft import dct

from classifier.features.gfcc import Gfcc
from classifier.records.audio_format import AudioFormat
from tests.classifier.features.test_gammatone_spectrogram import reference


@pytest.mark.parametrize(("n_gfcc", "n_bands"), [(64, 64), (128, 128), (20, 64)])
def test_it_is_the_cosine_transform_of_a_gammatone_spectrogram(assert_equal, n_gfcc, n_bands):
    layer = Gfcc.from_audio_format(AudioFormat(), n_gfcc=n_gfcc, n_bands=n_bands)
    assert_equal(layer, lambda signal: dct(reference(signal, n_bands), axis=0, norm="ortho")[:n_gfcc])


def test_bands_give_as_many_coefficients_and_no_more():
    with pytest.raises(ValueError, match="64 bands give at most 64 coefficients; got n_gfcc=65"):
        Gfcc.from_audio_format(AudioFormat(), n_gfcc=65)
