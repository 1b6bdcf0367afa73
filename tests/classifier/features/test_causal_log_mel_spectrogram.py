import librosa
import numpy as np
import pytest

from classifier.features.causal_log_mel_spectrogram import CausalLogMelSpectrogram
from classifier.records.audio_format import AudioFormat

AUDIO = np.random.default_rng(0).normal(0, 0.1, 32_000).astype("float32")


def layer_of(**settings):
    return CausalLogMelSpectrogram.from_audio_format(AudioFormat(), n_fft=1024, hop_length=256, **settings)


def test_it_is_librosas_of_frames_that_end_at_their_hop():
    found = np.asarray(layer_of()(AUDIO[None]))[0, :, :, 0]
    power = np.abs(librosa.stft(np.pad(AUDIO - AUDIO[0], [768, 0]), n_fft=1024, hop_length=256, center=False)) ** 2
    bands = librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=128)
    bands[:, :2] = 0  # of a constant
    expected = librosa.power_to_db(bands @ power, top_db=None)
    assert found.shape == (128, 125)
    assert found == pytest.approx(expected, abs=1e-2)


def test_frames_are_a_multiple_and_end_with_the_window():
    alone, together = layer_of()(AUDIO[None]), layer_of(together=8)(AUDIO[None])
    assert together.shape == (1, 128, 128, 1)
    assert np.asarray(together)[:, :, 3:] == pytest.approx(np.asarray(alone), abs=1e-3)


def test_an_offset_changes_nothing():
    quiet, offset = (np.asarray(layer_of()(x[None])) for x in (AUDIO, AUDIO + 0.25))
    assert offset == pytest.approx(quiet, abs=0.1)
