"""ResNet50 on a log mel spectrogram, with two LSTMs over the columns of its last feature maps.

Source: He, Zhang, Ren & Sun, CVPR 2016, arXiv 1512.03385; with the LSTMs,
    github.com/WWH98932/Audio-Classification-Models
Differs: two seconds in 126 frames instead of four in 128; no pooling after ResNet50, as its author meant; batch
    normalisation with the momentum of _normalisation.py. For much data: its 26 million weights learn 40 recordings by
    heart in 240 steps, but of a fold of ESC-10 (240 recordings) they know 40 % of the test windows after an hour on one
    core, 575 steps.
"""

from dataclasses import replace

import keras
from keras import KerasTensor, layers

from classifier.models import _family
from classifier.models._normalisation import set_batch_momentum
from classifier.models._recurrent import lstm

FEATURES, PAPER_FEATURES = _family.LOG_MEL_HALF_HOP, _family.LOG_MEL
# The first LSTM adds up 8,192 values: at the common rate a step of training would move a gate by up to 8.
RECIPE = replace(_family.RECIPE, learning_rate=1e-4)
PAPER, PAPER_AUDIO_FORMAT = _family.PAPER, _family.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities; 32 frames of the features make one step of the LSTMs."""
    network = keras.applications.ResNet50(
        input_shape=features.shape[1:], include_top=False, weights=None, pooling=None, name="resnet50"
    )
    set_batch_momentum(network)
    x = layers.Permute((2, 1, 3))(network(features))  # time first
    x = layers.TimeDistributed(layers.Flatten())(x)
    for sequences in (True, False):
        x = lstm(x, 64, 0.25, sequences)
    x = layers.LeakyReLU(0.01)(layers.Dense(64)(x))
    x = layers.Dropout(0.5)(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01))(x)
