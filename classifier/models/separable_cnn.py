"""CNN of spatially separable convolutions on a log mel spectrogram: along frequency, then along time, three times.

Source: github.com/WWH98932/Audio-Classification-Models, sfc_dcnn of single_channel_models.py
Differs: time comes first, so that a 1x3 kernel looks along frequency as its text says (its code swaps the two); two
    seconds in 63 frames instead of four in 128; batch normalisation with the momentum of _blocks.py.
"""

from functools import partial

from keras import layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.models import _family, _multi_channel
from classifier.records.recipe import FIELD

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_fft=1024)
RECIPE = FIELD
PAPER = _multi_channel.PAPER
PAPER_AUDIO_FORMAT = _family.PAPER_AUDIO_FORMAT

BLOCKS = [  # filters, kernel, pool: (time, frequency)
    (32, (1, 3), (1, 2)),
    (32, (3, 1), (2, 1)),
    (64, (1, 3), (1, 2)),
    (64, (3, 1), (2, 1)),
    (128, (3, 3), (2, 2)),
    (256, (3, 3), (2, 2)),
]


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return _multi_channel.classified(layers.Permute((2, 1, 3))(features), n_classes, BLOCKS)
