"""Convolutions, LSTMs, dense layers (CLDNN) on a log mel spectrogram.

Source: github.com/WWH98932/Audio-Classification-Models, `baseline_cldnn` of single_channel_models.py; after Sainath,
    Vinyals, Senior & Sak, ICASSP 2015
Differs: a ReLU on the dense layer of 64, which is linear without it; a learning rate that does not decay (the source:
    by a millionth a step); two seconds in 63 frames instead of four in 128; batch normalisation with the momentum of
    _normalisation.py.
"""

from keras import KerasTensor

from classifier.models import _family
from classifier.models._cldnn import cldnn

FEATURES = _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return cldnn(features, n_classes)
