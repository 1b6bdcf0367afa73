"""Three LSTMs, one on the other, over the frames of a log mel spectrogram.

Source: github.com/WWH98932/Audio-Classification-Models, `baseline_lstm` of single_channel_models.py
Differs: a ReLU on the dense layer of 128, which without it is none; two seconds in 63 frames instead of four in 128.
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

LSTMS = [  # units, dropout of its input, gives all frames or its last
    (128, 0.1, True),
    (128, 0.1, True),
    (64, 0.0, False),
]


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = layers.Reshape((features.shape[2], -1))(layers.Permute((2, 1, 3))(features))  # time first
    for units, dropout, sequences in LSTMS:
        x = layers.SpatialDropout1D(dropout)(x)  # LSTM's own keeps its random state in what is exported
        x = layers.LSTM(units, return_sequences=sequences)(x)
    x = layers.Dense(128, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
