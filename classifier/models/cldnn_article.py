"""Convolutions, LSTMs, dense layers (CLDNN) as an article described them: half the weights of `cldnn`.

Source: Music2vec, medium.com/@rajatheb, as section 2.2 of github.com/WWH98932/Audio-Classification-Models tells it
Differs: the article does not give the number of filters, the third kernel and what follows each convolution: as below;
    two seconds in 63 frames instead of four in 128.
"""

from keras import KerasTensor, layers

from classifier.models import _family
from classifier.models._recurrent import time_first

FEATURES = _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT

CONVOLUTIONS = [  # filters, kernel, pool; all (bands, frames)
    (16, (1, 3), (1, 4)),
    (32, (3, 1), (4, 1)),
    (64, (1, 3), None),
]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = features
    for filters, kernel, pool in CONVOLUTIONS:
        x = layers.Conv2D(filters, kernel, padding="same", activation="relu")(x)
        if pool:
            x = layers.MaxPooling2D(pool)(x)
    x = time_first(x)
    for sequences in (True, False):
        x = layers.LSTM(128, return_sequences=sequences)(x)
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
