"""One LSTM over the frames of a log mel spectrogram.

Source: github.com/WWH98932/Audio-Classification-Models, section 2.1 of its text; after Music2vec, medium.com/@rajatheb
Differs: two seconds in 63 frames instead of four in 128.
"""

from functools import partial

from keras import layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models import _family
from classifier.records.recipe import FIELD

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_fft=1024)
RECIPE = FIELD
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = layers.Reshape((features.shape[2], -1))(layers.Permute((2, 1, 3))(features))  # time first
    x = layers.LSTM(256)(x)
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
