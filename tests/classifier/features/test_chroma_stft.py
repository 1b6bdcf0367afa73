import librosa
import pytest

from classifier.features.chroma_stft import ChromaStft
from classifier.records.audio_format import AudioFormat


@pytest.mark.parametrize("n_chroma", [12, 40, 128])
def test_it_equals_librosas(assert_equal, n_chroma):
    settings = {"sr": 16_000, "n_fft": 2048, "hop_length": 512, "n_chroma": n_chroma, "tuning": 0}
    layer = ChromaStft.from_audio_format(AudioFormat(), n_chroma=n_chroma)
    assert_equal(layer, lambda signal: librosa.feature.chroma_stft(y=signal, **settings))
