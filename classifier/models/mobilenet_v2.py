"""MobileNetV2 on a log mel spectrogram: made for phones, 2.3 million weights.

Source: Sandler, Howard, Zhu, Zhmoginov & Chen, CVPR 2018, arXiv 1801.04381; as a sound classifier without pre-training,
    github.com/WWH98932/Audio-Classification-Models
Differs: two seconds in 126 frames instead of four in 128; batch normalisation with the momentum of _normalisation.py.
"""

import keras
from keras import KerasTensor, layers

from classifier.models import _family
from classifier.models._normalisation import set_batch_momentum

FEATURES, PAPER_FEATURES = _family.LOG_MEL_HALF_HOP, _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    network = keras.applications.MobileNetV2(
        input_shape=features.shape[1:], alpha=1.0, include_top=False, weights=None, pooling="avg", name="mobilenet_v2"
    )
    set_batch_momentum(network)
    return layers.Dense(n_classes, activation="softmax")(network(features))
