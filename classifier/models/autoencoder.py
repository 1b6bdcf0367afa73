"""Autoencoder and classifier that learn together: 64 values of a log mel spectrogram must tell labels and give it back.

Source: github.com/WWH98932/Audio-Classification-Models, section 2.3 of its text, with the encoder and the decoder of
    `ae_extractor` in single_channel_models.py; after Music2vec, medium.com/@rajatheb
Differs: what is given back is scaled to [0, 1] window by window, as far as the decoder's sigmoid reaches; ReLUs in the
    classifier, whose layers without them are one; two seconds in 126 frames instead of four in 128; batch
    normalisation with the momentum of _autoencoder.py.
"""

from functools import partial

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models import _family
from classifier.models._autoencoder import autoencoder
from classifier.records.recipe import FIELD

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_fft=1024, hop_length=256)
RECIPE = FIELD
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT
PAPER_FEATURES = LogMelSpectrogram.from_audio_format


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return autoencoder(features, n_classes, two_stages=False)
