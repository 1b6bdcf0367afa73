"""How far a window's log mel spectrogram, summed up over time, is from those of normal recordings.

Source: Lee, Lee, Lee & Shin, "A Simple Unified Framework for Detecting Out-of-Distribution Samples", NeurIPS 2018, for
    the Mahalanobis distance; Ledoit & Wolf, J. Multivariate Analysis 88 (2004), for the shrinkage
Differs: the embedding is no network's: mean and deviation of each mel band, so that no weights are needed.
"""

from keras import KerasTensor

from classifier.models import _family
from classifier.models.one_class import _mahalanobis
from classifier.models.one_class._layers import Mahalanobis, Summary, scored

FEATURES = _family.LOG_MEL
RECIPE = PAPER = _mahalanobis.RECIPE

learn = _mahalanobis.learn


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (2,) probabilities of normal and abnormal."""
    return scored(Mahalanobis(name="distance")(Summary(name="embedding")(features)))
