"""Convolutions, LSTMs, dense layers (CLDNN) as an article described them: half the weights of `cldnn`.

Source: Music2vec, medium.com/@rajatheb, as section 2.2 of github.com/WWH98932/Audio-Classification-Models tells it
Differs: how many filters, which kernel the third convolution has, and what follows each are not told: as below; two
    seconds in 63 frames instead of four in 128.
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

CONVOLUTIONS = [  # filters, kernel, pool; all (bands, frames)
    (16, (1, 3), (1, 4)),
    (32, (3, 1), (4, 1)),
    (64, (1, 3), None),
]


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = features
    for filters, kernel, pool in CONVOLUTIONS:
        x = layers.Conv2D(filters, kernel, padding="same", activation="relu")(x)
        if pool:
            x = layers.MaxPooling2D(pool)(x)
    x = layers.Reshape((x.shape[2], -1))(layers.Permute((2, 1, 3))(x))  # time first
    for sequences in (True, False):
        x = layers.LSTM(128, return_sequences=sequences)(x)
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
