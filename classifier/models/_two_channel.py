"""What the networks on two channels of a short-time Fourier transform share.

Source: github.com/WWH98932/Audio-Classification-Models, generate_STFT and mfc_dcnn of multi_channel_models.py
"""

from functools import partial

from classifier.models import _family, _multi_channel
from classifier.records.recipe import FIELD

RECIPE = FIELD
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT


def features(kind):
    """audio format -> layer, (512, frames, 2), of a class in classifier/features: frequency first, without 0 Hz."""
    return partial(kind.from_audio_format, n_fft=1024, skip_dc=True)


def build(features, n_classes):
    """(512, frames, 2) -> (n_classes,) probabilities."""
    return _multi_channel.classified(features, n_classes)
