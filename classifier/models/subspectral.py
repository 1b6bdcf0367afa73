"""SubSpectralNet: a small CNN for each range of a log mel spectrogram, with a classifier of its own and a common one.

Source: Phaye, Benetos & Wang, ICASSP 2019, arXiv 1810.12642; github.com/ssrp/SubSpectralNet
Differs: one channel of audio, at the 22,050 Hz of the PyTorch port; batch normalisation per channel, as there too (the
    Keras code normalises each mel band separately), with the momentum of _normalisation.py; the second pooling takes
    all frames that the first leaves, 100 in the paper, so that windows may have any length. What ships has an FFT of
    1024 samples, 64 ms at 16 kHz, where the paper has 40 ms: a phone's FFT needs a power of two.
"""

from functools import partial

import keras
from keras import KerasTensor, layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models._normalisation import batch_normalisation
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

RECIPE = FIELD
PAPER = Recipe(epochs=200, batch_size=16, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")
PAPER_AUDIO_FORMAT = AudioFormat(sample_rate=22_050, window_length=499 * 441, n_fft=882, hop_length=441, n_mels=40)

BANDS, HOP = 20, 10  # mel bands of a branch, and from the first of one branch to the first of the next
PER_BAND = (1, -1)  # each band has its own mean and variance
FRAME_SECONDS = 0.02  # from one frame to the next
CONVOLUTIONS = [  # filters, pool: (bands, frames); None is all
    (32, (BANDS // 10, 5)),
    (64, (4, None)),
]

PAPER_FEATURES = partial(LogMelSpectrogram.from_audio_format, n_mels=40, own_statistics=PER_BAND)


def FEATURES(audio_format: AudioFormat) -> LogMelSpectrogram:
    """(samples,) -> (bands, frames, 1), a frame every FRAME_SECONDS."""
    return PAPER_FEATURES(audio_format, n_fft=1024, hop_length=round(FRAME_SECONDS * audio_format.sample_rate))


def build(features: KerasTensor, n_classes: int) -> list[KerasTensor]:
    """(bands, frames, 1) -> (n_classes,) probabilities, then those of each branch."""
    n_bands = features.shape[1]
    hidden, predictions = [], []
    for first in range(0, n_bands - BANDS + 1, HOP):
        x = layers.Cropping2D(((first, n_bands - BANDS - first), (0, 0)))(features)
        for filters, pool in CONVOLUTIONS:
            x = _convolved(x, filters, pool)
        hidden.append(layers.Dense(32, activation="relu")(layers.Flatten()(x)))
        predictions.append(_probabilities(hidden[-1], n_classes))
    x = layers.Dense(64, activation="relu")(layers.Concatenate()(hidden))
    return [_probabilities(x, n_classes), *predictions]


def _convolved(x: KerasTensor, filters: int, pool: tuple[int, int | None]) -> KerasTensor:
    x = layers.Conv2D(filters, 7, padding="same", kernel_initializer="he_normal")(x)
    decay = keras.regularizers.L2(1e-4)
    x = batch_normalisation(gamma_regularizer=decay, beta_regularizer=decay)(x)
    bands, frames = pool
    x = layers.MaxPooling2D((bands, frames or x.shape[2]))(layers.ReLU()(x))
    return layers.Dropout(0.3)(x)


def _probabilities(x: KerasTensor, n_classes: int) -> KerasTensor:
    return layers.Dense(n_classes, activation="softmax")(layers.Dropout(0.3)(x))
