"""Multi-level attention with wider layers, and batch normalisation between them only.

Source: github.com/qiuqiangkong/audioset_classification; Kong, Xu, Wang & Plumbley, ICASSP 2018, arXiv 1711.00927
Differs: as multilevel_attention.
"""

from functools import partial

from keras import KerasTensor

from classifier.models import _multilevel, multilevel_attention

SECONDS = 10  # of a window, as AudioSet's clips
STEP = 0.96  # seconds of a step: three of YAMNet's, or an example of VGGish
NETWORK = "yamnet"
FEATURES = multilevel_attention.FEATURES
RECIPE = _multilevel.RECIPE
PAPER, PAPER_AUDIO_FORMAT = _multilevel.PAPER, multilevel_attention.PAPER_AUDIO_FORMAT
PAPER_FEATURES = multilevel_attention.PAPER_FEATURES
FINE_TUNE = _multilevel.FINE_TUNE

network = partial(_multilevel.network, units=1024, dropout=0.5, normalised=False)


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(steps, values) -> (n_classes,) probabilities."""
    return _multilevel.classified(network(features, n_classes), n_classes)
