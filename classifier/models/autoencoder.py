"""Autoencoder and classifier trained together: 64 values must classify a log mel spectrogram and reconstruct it.

Source: github.com/WWH98932/Audio-Classification-Models, section 2.3 of its text, with the encoder and the decoder of
    `ae_extractor` in single_channel_models.py; after Music2vec, medium.com/@rajatheb
Differs: the reconstruction is of features scaled to [0, 1] window by window, the range of the decoder's sigmoid; ReLUs
    in the classifier, whose layers would otherwise be one linear layer; two seconds in 126 frames instead of four in
    128; batch normalisation with the momentum of _normalisation.py.
"""

from keras import KerasTensor

from classifier.models import _family
from classifier.models._autoencoder import autoencoder

FEATURES, PAPER_FEATURES = _family.LOG_MEL_HALF_HOP, _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return autoencoder(features, n_classes, two_stages=False)
