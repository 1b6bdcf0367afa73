"""Two LSTMs over the frames of a log mel spectrogram, then dense layers that squeeze each frame to eight values.

Source: github.com/WWH98932/Audio-Classification-Models, `recurrent_model` of single_channel_models.py
Differs: two seconds in 63 frames instead of four in 128.
"""

from functools import partial

import keras
from keras import layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models import _family
from classifier.records.recipe import FIELD

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_fft=1024)
RECIPE = FIELD
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT

SQUEEZED = [64, 32, 16, 8]  # values a frame has after each dense layer


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = layers.Reshape((features.shape[2], -1))(layers.Permute((2, 1, 3))(features))  # time first
    for _ in range(2):
        x = layers.LSTM(128, return_sequences=True)(x)
    x = layers.Dropout(0.5)(x)
    for units in SQUEEZED:
        x = layers.Dense(units, activation="relu")(x)  # the same for every frame
    x = layers.Flatten()(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01))(x)
