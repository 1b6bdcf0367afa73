"""CNN of spatially separable convolutions on a log mel spectrogram: along frequency, then along time, three times.

Source: github.com/WWH98932/Audio-Classification-Models, sfc_dcnn of single_channel_models.py
Differs: time comes first, so that a 1x3 kernel runs along frequency as its text says (its code swaps the two); two
    seconds in 63 frames instead of four in 128; batch normalisation with the momentum of _normalisation.py.
"""

from keras import KerasTensor, layers

from classifier.models import _family, _multi_channel

FEATURES = _family.LOG_MEL
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT

BLOCKS = [  # filters, kernel, pool: (time, frequency)
    (32, (1, 3), (1, 2)),
    (32, (3, 1), (2, 1)),
    (64, (1, 3), (1, 2)),
    (64, (3, 1), (2, 1)),
    (128, (3, 3), (2, 2)),
    (256, (3, 3), (2, 2)),
]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return _multi_channel.classified(layers.Permute((2, 1, 3))(features), n_classes, BLOCKS)
