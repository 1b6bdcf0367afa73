"""ResNet50 on a log mel spectrogram, its last maps read by two LSTMs, column after column.

Source: He, Zhang, Ren & Sun, CVPR 2016, arXiv 1512.03385; with the LSTMs,
    github.com/WWH98932/Audio-Classification-Models
Differs: two seconds in 126 frames instead of four in 128; no pooling behind ResNet50, as its author meant; batch
    normalisation with the momentum below. 26 million weights: for much data.
"""

from functools import partial

import keras
from keras import layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models import _family
from classifier.records.recipe import FIELD

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_fft=1024, hop_length=256)
RECIPE = FIELD
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT
PAPER_FEATURES = LogMelSpectrogram.from_audio_format

BATCH_MOMENTUM = 0.9  # as in signal: Keras' 0.99 is too slow where an epoch has few batches


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities; 32 frames of the features make one step of the LSTMs."""
    net = keras.applications.ResNet50(
        input_shape=features.shape[1:], include_top=False, weights=None, pooling=None, name="resnet50"
    )
    for layer in net.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = BATCH_MOMENTUM
    x = layers.Permute((2, 1, 3))(net(features))  # time first
    x = layers.TimeDistributed(layers.Flatten())(x)
    for sequences in (True, False):
        x = layers.SpatialDropout1D(0.25)(x)  # LSTM's own dropout keeps its random state in what is exported
        x = layers.LSTM(64, return_sequences=sequences)(x)
    x = layers.LeakyReLU(0.01)(layers.Dense(64)(x))
    x = layers.Dropout(0.5)(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01))(x)
