"""2D CNN with four small convolutions and one dense layer, pooled over time: longer windows need no more weights.

Source: github.com/crunker99/sourcing-sound, the first of its networks for UrbanSound8K (61.9 % over the ten folds)
Differs: log mel of 60 bands, standardised (the source has 40 MFCC, as here with `--paper`).
"""

from functools import partial

from keras import KerasTensor, layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc
from classifier.models import urbansound_cnn
from classifier.records.recipe import FIELD, Recipe

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_mels=60)
RECIPE = FIELD
PAPER = Recipe(epochs=100, batch_size=256, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")
PAPER_AUDIO_FORMAT = urbansound_cnn.PAPER_AUDIO_FORMAT
PAPER_FEATURES = partial(Mfcc.from_audio_format, n_mels=128, n_mfcc=40)  # librosa's bands

FILTERS = [16, 32, 64, 128]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, columns, 1) -> (n_classes,) probabilities; needs at least 31 bands and columns."""
    x = features
    for filters in FILTERS:
        x = layers.Conv2D(filters, 2, activation="relu")(x)
        x = layers.Dropout(0.2)(layers.MaxPooling2D(2)(x))
    return layers.Dense(n_classes, activation="softmax")(layers.GlobalAveragePooling2D()(x))
