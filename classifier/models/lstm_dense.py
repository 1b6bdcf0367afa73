"""Two LSTMs over the frames of a log mel spectrogram, then dense layers that reduce each frame to eight values.

Source: github.com/WWH98932/Audio-Classification-Models, `recurrent_model` of single_channel_models.py
Differs: two seconds in 63 frames instead of four in 128.
"""

import keras
from keras import KerasTensor, layers

from classifier.models import _family
from classifier.models._recurrent import time_first

FEATURES = _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT

UNITS = [64, 32, 16, 8]  # of the dense layers on each frame


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = time_first(features)
    for _ in range(2):
        x = layers.LSTM(128, return_sequences=True)(x)
    x = layers.Dropout(0.5)(x)
    for units in UNITS:
        x = layers.Dense(units, activation="relu")(x)  # the same weights for every frame
    x = layers.Flatten()(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01))(x)
