"""Spectra weighted by filters: the product, without the filters' zeros."""

import keras
import numpy as np
import pytest

from classifier.export import convert
from classifier.features._filters import weighted
from classifier.features.chroma_stft import ChromaStft
from classifier.features.gammatone_spectrogram import GammatoneSpectrogram
from classifier.features.log_mel_frames import LogMelFrames
from classifier.features.mel_spectrogram import MelSpectrogram
from classifier.records.audio_format import AudioFormat

AUDIO_FORMAT = AudioFormat()


def bands_of(kind, **settings):
    layer = kind.from_audio_format(AUDIO_FORMAT, **settings)
    layer.build((None, AUDIO_FORMAT.window_length))
    return layer.bands


BANDS = {
    "mel": bands_of(MelSpectrogram),
    "few mel": bands_of(MelSpectrogram, n_mels=10),
    "mel, some bands between two bins": bands_of(MelSpectrogram, n_fft=512),
    "mel of AudioSet": bands_of(LogMelFrames),
    "gammatone": bands_of(GammatoneSpectrogram),
    "chroma": bands_of(ChromaStft),
    "two that overlap and are no neighbours": np.float32([[1, 0, 2], [0, 3, 0]]),
    "three that overlap": np.float32([[1, 2, 3], [0, 0, 4]]),
    "a bin in none": np.float32([[0, 0], [1, 2], [0, 0], [0, 3]]),
    "a single one": np.float32([[1], [0], [2]]),
}


@pytest.mark.parametrize("name", BANDS)
def test_it_equals_the_product(name):
    bands = BANDS[name]
    spectrum = np.random.default_rng(0).exponential(1, (3, 5, len(bands))).astype("float32")
    found = np.asarray(weighted(spectrum, bands))
    assert np.allclose(found, np.swapaxes(spectrum.astype("float64") @ bands, 1, 2), rtol=1e-5)


def test_the_zeros_of_mel_bands_are_not_stored():
    audio = keras.Input((AUDIO_FORMAT.window_length,))
    model = keras.Model(audio, keras.layers.Flatten()(MelSpectrogram.from_audio_format(AUDIO_FORMAT)(audio)))
    assert len(convert.converted(model)) < BANDS["mel"].nbytes / 8
