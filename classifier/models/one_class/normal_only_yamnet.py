"""How far YAMNet's mean embedding of a window is from those of normal recordings.

Source: Lee, Lee, Lee & Shin, "A Simple Unified Framework for Detecting Out-of-Distribution Samples", NeurIPS 2018, for
    the Mahalanobis distance; Plakal & Ellis, YAMNet, github.com/tensorflow/models, research/audioset/yamnet
Differs: one Gaussian, of the last embedding only, shrunk as Ledoit and Wolf say.
"""

from functools import partial

from keras import KerasTensor, layers

from classifier.models.one_class import _embeddings
from classifier.models.one_class._layers import Mahalanobis, scored
from classifier.pretrained._embedding import Embedding

NETWORK = "yamnet"
FEATURES = partial(Embedding.from_audio_format, network=NETWORK)
RECIPE = PAPER = _embeddings.RECIPE

learn = _embeddings.learn


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(steps, values) -> (2,) probabilities of normal and abnormal."""
    return scored(Mahalanobis(name="distance")(layers.GlobalAveragePooling1D(name="embedding")(features)))
