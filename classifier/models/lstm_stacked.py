"""Three stacked LSTMs over the frames of a log mel spectrogram.

Source: github.com/WWH98932/Audio-Classification-Models, `baseline_lstm` of single_channel_models.py
Differs: a ReLU on the dense layer of 128, which is linear without it; two seconds in 63 frames instead of four in 128.
"""

from keras import KerasTensor, layers

from classifier.models import _family
from classifier.models._recurrent import lstm, time_first

FEATURES = _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT

LSTMS = [  # units, dropout of its input, returns all steps or the last
    (128, 0.1, True),
    (128, 0.1, True),
    (64, 0.0, False),
]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = time_first(features)
    for units, dropout, sequences in LSTMS:
        x = lstm(x, units, dropout, sequences)
    x = layers.Dense(128, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
