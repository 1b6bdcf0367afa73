import librosa
import numpy as np
import pytest

from classifier.features.chroma_cens import ChromaCens
from classifier.features.chroma_cqt import SILENT
from classifier.records.audio_format import AudioFormat


@pytest.mark.filterwarnings("ignore:n_fft")  # librosa's, at the lowest octaves: a filter may outlast the window
@pytest.mark.parametrize(("n_chroma", "bins_per_octave"), [(12, 36), (40, 40), (128, 128)])
def test_it_equals_librosas_with_silence_made_silent(assert_equal, n_chroma, bins_per_octave):
    octaves = {"bins_per_octave": bins_per_octave, "tuning": 0}

    def reference(signal):
        bins = np.abs(librosa.cqt(signal, sr=16_000, hop_length=512, n_bins=7 * bins_per_octave, **octaves))
        bins[:, bins.sum(axis=0) < SILENT] = 0
        return librosa.feature.chroma_cens(C=bins, sr=16_000, n_chroma=n_chroma, **octaves)

    assert_equal(ChromaCens.from_audio_format(AudioFormat(), n_chroma=n_chroma), reference)
