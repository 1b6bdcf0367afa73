"""`residual` with time kept: it says which label each 64 ms hold, and learns that from labels of whole windows.

Source: He, Zhang, Ren & Sun, CVPR 2016, arXiv 1512.03385; attention pooling as of Ilse, Tomczak & Welling, ICML 2018,
    arXiv 1802.04712.
Differs: the blocks of `residual` halve the bands alone, so that a frame is FRAME_HOPS hops of the spectrogram. Each
    frame has a softmax over the labels. A window's probabilities are their mean, weighted by one attention for all
    labels, so that they sum to 1.
"""

from keras import KerasTensor, layers, ops

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models import residual

FRAME_HOPS = 2  # hops of the features from one frame to the next
FEATURES = LogMelSpectrogram.from_audio_format
RECIPE, PAPER = residual.RECIPE, residual.PAPER


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities; the layer "frames" has (frames / FRAME_HOPS, n_classes)."""
    x = layers.ReLU()(residual.convolved(features, 16, kernel=5, strides=(2, FRAME_HOPS)))
    for filters, stride in residual.BLOCKS:
        x = residual.block(x, filters, (stride, 1))
    x = layers.Dropout(0.3)(ops.mean(x, axis=1))
    frames = layers.Dense(n_classes, activation="softmax", name="frames")(x)
    weights = layers.Softmax(axis=1, name="weights")(layers.Dense(1)(x))
    return ops.sum(weights * frames, axis=1)
