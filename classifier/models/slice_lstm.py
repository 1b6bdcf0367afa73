"""LSTMs on slices of 0.2 s of a mel spectrogram; a window's prediction is the mean over its slices.

Source: github.com/crunker99/sourcing-sound, its RNN for the road sounds of FSDKaggle2018
Differs: recurs over time, 7 steps of 60 bands, 239,637 weights at five labels (the source recurs over the bands, 60
    steps of 7 columns, with 214,621); the rest as `slice_cnn`.
"""

from keras import KerasTensor, layers

from classifier.models import slice_cnn
from classifier.models._recurrent import time_first

FEATURES = slice_cnn.FEATURES
RECIPE = slice_cnn.RECIPE
PAPER = slice_cnn.PAPER
PAPER_AUDIO_FORMAT = slice_cnn.PAPER_AUDIO_FORMAT

UNITS = [64, 32, 16, 8]  # of the dense layers at every step


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, columns, 1) -> (n_classes,) probabilities."""
    return slice_cnn.over_slices(features, lambda x: of_steps(time_first(x), n_classes))


def of_steps(x: KerasTensor, n_classes: int) -> KerasTensor:
    """(steps, values) -> (n_classes,) probabilities."""
    for _ in range(2):
        x = layers.LSTM(128, return_sequences=True)(x)
    x = layers.Dropout(0.5)(x)
    for units in UNITS:
        x = layers.TimeDistributed(layers.Dense(units, activation="relu"))(x)
    return layers.Dense(n_classes, activation="softmax")(layers.Flatten()(x))
