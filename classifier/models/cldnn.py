"""Convolutions, LSTMs, dense layers (CLDNN) on a log mel spectrogram.

Source: github.com/WWH98932/Audio-Classification-Models, `baseline_cldnn` of single_channel_models.py; after Sainath,
    Vinyals, Senior & Sak, ICASSP 2015
Differs: a ReLU on the dense layer of 64, which without it is none; a rate that does not decay (by a millionth a step);
    two seconds in 63 frames instead of four in 128; batch normalisation with the momentum of _blocks.py.
"""

from functools import partial

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models import _family
from classifier.models._cldnn import cldnn
from classifier.records.recipe import FIELD

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_fft=1024)
RECIPE = FIELD
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return cldnn(features, n_classes)
