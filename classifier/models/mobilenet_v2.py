"""MobileNetV2 on a log mel spectrogram: made for phones, 2.3 million weights.

Source: Sandler, Howard, Zhu, Zhmoginov & Chen, CVPR 2018, arXiv 1801.04381; as a classifier of sound without
    pre-training, github.com/WWH98932/Audio-Classification-Models
Differs: two seconds in 126 frames instead of four in 128; batch normalisation with the momentum below.
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

BATCH_MOMENTUM = 0.9  # as in signal; at Keras' 0.999 a thousand steps still remember what was before the first


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    net = keras.applications.MobileNetV2(
        input_shape=features.shape[1:], alpha=1.0, include_top=False, weights=None, pooling="avg", name="mobilenet_v2"
    )
    for layer in net.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = BATCH_MOMENTUM
    return layers.Dense(n_classes, activation="softmax")(net(features))
