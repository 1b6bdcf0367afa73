"""One LSTM over the frames of a log mel spectrogram.

Source: github.com/WWH98932/Audio-Classification-Models, section 2.1 of its text; after Music2vec, medium.com/@rajatheb
Differs: two seconds in 63 frames instead of four in 128.
"""

from keras import KerasTensor, layers

from classifier.models import _family
from classifier.models._recurrent import time_first

FEATURES = _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = time_first(features)
    x = layers.LSTM(256)(x)
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
