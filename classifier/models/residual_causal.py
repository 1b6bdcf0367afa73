"""`residual` for streams: its convolutions see no frame that comes after, so that a hop costs its share of a window.

Source: He, Zhang, Ren & Sun, CVPR 2016, arXiv 1512.03385; zeros on the left alone as of van den Oord et al., WaveNet,
    arXiv 1609.03499.
Differs: the layers and weights of `residual`; twice as many frames of half the length, eight of which are one hop of a
    stream, as the network halves their rate three times.
"""

from functools import partial

from keras import KerasTensor, layers

from classifier.features.causal_log_mel_spectrogram import CausalLogMelSpectrogram
from classifier.models import residual
from classifier.models._causal import Past, RecentMean
from classifier.models._normalisation import batch_normalisation

TOGETHER = 8  # frames: the product of all strides over time
FEATURES = partial(CausalLogMelSpectrogram.from_audio_format, n_fft=1024, hop_length=256, together=TOGETHER)
RECIPE, PAPER = residual.RECIPE, residual.PAPER


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities; the frames are a multiple of TOGETHER."""
    x = layers.ReLU()(_convolved(features, 16, kernel=5, stride=2))
    for filters, stride in residual.BLOCKS:
        x = _block(x, filters, stride)
    x = layers.Dropout(0.3)(RecentMean()(x))
    return layers.Dense(n_classes, activation="softmax")(x)


def _block(x: KerasTensor, filters: int, stride: int) -> KerasTensor:
    added = layers.ReLU()(_convolved(x, filters, kernel=3, stride=stride))
    added = _convolved(added, filters, kernel=3)
    if stride > 1:
        x = layers.AveragePooling2D(stride)(x)
        x = _convolved(x, filters, kernel=1)
    return layers.ReLU()(layers.Add()([x, added]))


def _convolved(x: KerasTensor, filters: int, kernel: int, stride: int = 1) -> KerasTensor:
    around = kernel - stride  # rows of zeros: bands are divided by the stride exactly
    if around:
        x = Past(around, around // 2, around - around // 2)(x)
    x = layers.Conv2D(filters, kernel, strides=stride, use_bias=False)(x)
    return batch_normalisation()(x)
