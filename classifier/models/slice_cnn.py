"""2D CNN on slices of 0.2 s of a mel spectrogram; a window's prediction is the mean over its slices.

Source: github.com/crunker99/sourcing-sound, its CNN for the road sounds of FSDKaggle2018
Differs: standardised (the source scales by the minimum and maximum of all slices, its validation split by its own);
    trained on the mean over all consecutive slices of a window (the source draws some at random).
"""

from collections.abc import Callable
from functools import partial

from keras import KerasTensor, layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models._frames import over_frames
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

COLUMNS = 7  # of a slice: 1 + 3,200 // 512
FEATURES = partial(LogMelSpectrogram.from_audio_format, n_fft=512, hop_length=512, n_mels=60)
RECIPE = FIELD
PAPER = Recipe(
    epochs=100, batch_size=128, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy", balanced=True
)
PAPER_AUDIO_FORMAT = AudioFormat(sample_rate=16_000, window_length=3_200, n_fft=512, hop_length=512, n_mels=60)

FILTERS = [16, 16, 32]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, columns, 1) -> (n_classes,) probabilities."""
    return over_slices(features, lambda x: of_slice(x, n_classes))


def over_slices(features: KerasTensor, network: Callable[[KerasTensor], KerasTensor]) -> KerasTensor:
    """(bands, columns, 1) -> (n_classes,): the mean of a network's predictions over consecutive slices."""
    return over_frames(features, COLUMNS, COLUMNS, network, axis=2)


def of_slice(x: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, COLUMNS, 1) -> (n_classes,) probabilities."""
    for filters in FILTERS:
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Dropout(0.5)(layers.MaxPooling2D(2)(x))
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    x = layers.Dense(32, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
