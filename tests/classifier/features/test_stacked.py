from functools import partial

import keras
import librosa
import numpy as np
import pytest

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc
from classifier.features.stacked import Stacked
from classifier.features.stft_complex import StftComplex
from classifier.features.stft_magnitude import StftMagnitude
from classifier.records.audio_format import AudioFormat

STFT = {"sr": 16_000, "n_fft": 2048, "hop_length": 512}


def test_its_channels_are_librosas(assert_equal):
    def reference(signal):
        mel = librosa.power_to_db(librosa.feature.melspectrogram(y=signal, **STFT))
        return np.stack([mel, librosa.feature.mfcc(y=signal, n_mfcc=128, **STFT)], axis=-1)

    assert_equal(Stacked.from_audio_format(AudioFormat()), reference)


def test_all_are_as_long_as_the_shortest(voice):
    kinds = [LogMelSpectrogram.from_audio_format, partial(LogMelSpectrogram.from_audio_format, hop_length=600)]
    assert Stacked.from_audio_format(AudioFormat(), features=kinds)(voice[None]).shape == (1, 128, 54, 2)


def test_channels_add_up(voice):
    kinds = [StftMagnitude.from_audio_format, StftComplex.from_audio_format]
    found = np.asarray(Stacked.from_audio_format(AudioFormat(), features=kinds)(voice[None]))
    assert found.shape == (1, 1025, 63, 3)
    assert np.array_equal(found[..., 1:], StftComplex.from_audio_format(AudioFormat())(voice[None]))


def test_other_numbers_of_bands_are_refused(voice):
    layer = Stacked.from_audio_format(
        AudioFormat(), features=[LogMelSpectrogram.from_audio_format, Mfcc.from_audio_format]
    )
    with pytest.raises(ValueError, match="the same number of bands; got LogMelSpectrogram 128, Mfcc 40"):
        layer(voice[None])


def test_a_saved_model_computes_the_same(voice, tmp_path):
    audio = keras.Input((len(voice),))
    model = keras.Model(audio, Stacked.from_audio_format(AudioFormat())(audio))
    model.save(tmp_path / "model.keras")
    assert np.array_equal(keras.models.load_model(tmp_path / "model.keras")(voice[None]), model(voice[None]))
