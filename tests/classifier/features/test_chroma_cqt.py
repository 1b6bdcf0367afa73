import librosa
import numpy as np
import pytest

from classifier.features.chroma_cqt import SILENT, ChromaCqt
from classifier.records.audio_format import AudioFormat


@pytest.mark.filterwarnings("ignore:n_fft")  # librosa's, at the lowest octaves: a filter may outlast the window
@pytest.mark.parametrize(("n_chroma", "bins_per_octave"), [(12, 36), (40, 40), (128, 128)])
def test_it_equals_librosas_where_there_is_sound(assert_equal, n_chroma, bins_per_octave):
    settings = {"sr": 16_000, "hop_length": 512, "n_chroma": n_chroma, "bins_per_octave": bins_per_octave, "tuning": 0}

    def reference(signal):
        chroma = librosa.feature.chroma_cqt(y=signal, norm=None, **settings)
        return chroma / np.maximum(chroma.max(axis=0), SILENT)

    # Frames of the chirp around SILENT are 90 dB below its others, whose rounding is 1e-3 of what is left.
    assert_equal(ChromaCqt.from_audio_format(AudioFormat(), n_chroma=n_chroma), reference, tolerance=3e-3)


def test_what_rounding_to_16_bits_adds_is_silence():
    rounding = np.random.default_rng(0).uniform(-0.5, 0.5, (1, AudioFormat().window_length)) / 2**15
    assert np.asarray(ChromaCqt.from_audio_format(AudioFormat())(rounding.astype("float32"))).max() < 0.5


def test_filters_that_can_not_be_shared_out_are_refused():
    with pytest.raises(ValueError, match="bins_per_octave=36 is not a multiple of n_chroma=40"):
        ChromaCqt.from_audio_format(AudioFormat(), n_chroma=40, bins_per_octave=36)
