from functools import partial

import keras
import librosa
import numpy as np
import pytest

from classifier.features.averaged import Averaged
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc
from classifier.features.stft_complex import StftComplex
from classifier.features.stft_mean import StftMean
from classifier.records.audio_format import AudioFormat

STFT = {"sr": 16_000, "n_fft": 2048, "hop_length": 512}


def columns(signal):
    mfcc = librosa.feature.mfcc(y=signal, n_mfcc=40, **STFT)
    mel = librosa.power_to_db(librosa.feature.melspectrogram(y=signal, n_mels=40, **STFT))
    return np.stack([mfcc.mean(axis=1), mel.mean(axis=1)], axis=-1)


def test_its_columns_are_the_means_of_librosas(assert_equal):
    assert_equal(Averaged.from_audio_format(AudioFormat()), columns)


def test_as_a_vector_they_follow_each_other(assert_equal):
    layer = Averaged.from_audio_format(AudioFormat(), as_columns=False)
    assert_equal(layer, lambda signal: columns(signal).T.reshape(-1))


def test_a_feature_with_two_channels_is_two_columns(voice):
    layer = Averaged.from_audio_format(AudioFormat(), features=[StftComplex.from_audio_format])
    assert layer(voice[None]).shape == (1, 1025, 2, 1)


def test_what_is_a_vector_already_stays_as_it_is(voice):
    kinds = [StftMean.from_audio_format, partial(Mfcc.from_audio_format, n_mfcc=13)]
    found = np.asarray(Averaged.from_audio_format(AudioFormat(), features=kinds, as_columns=False)(voice[None]))
    assert found.shape == (1, 257 + 13)
    assert np.array_equal(found[:, :257], StftMean()(voice[None]))


def test_columns_of_another_length_are_refused(voice):
    layer = Averaged.from_audio_format(
        AudioFormat(), features=[LogMelSpectrogram.from_audio_format, Mfcc.from_audio_format]
    )
    with pytest.raises(ValueError, match="the same number of bands; got LogMelSpectrogram 128, Mfcc 40"):
        layer(voice[None])


def test_every_column_is_standardised_by_itself_and_so_is_every_value_of_a_vector(voice):
    from classifier.models import assemble

    noise = np.random.default_rng(0).normal(0, 0.1, len(voice)).astype("float32")
    for as_columns, shape in ((True, (2,)), (False, (80,))):
        layer = Averaged.from_audio_format(AudioFormat(), as_columns=as_columns)
        mean, variance = assemble.statistics(layer, [layer(np.stack([voice, noise]))])
        assert mean.shape == variance.shape == shape


def test_a_saved_model_computes_the_same(voice, tmp_path):
    audio = keras.Input((len(voice),))
    model = keras.Model(audio, Averaged.from_audio_format(AudioFormat())(audio))
    model.save(tmp_path / "model.keras")
    assert np.array_equal(keras.models.load_model(tmp_path / "model.keras")(voice[None]), model(voice[None]))
