"""1D CNN on raw audio, the one of the paper for frames of half a second.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: learns from the mean over the frames of a window; every window at one level.
"""

from classifier.features.levelled_waveform import LevelledWaveform
from classifier.features.waveform import Waveform
from classifier.models import _abdoli

FRAME = 8_000  # samples
FEATURES = LevelledWaveform.from_audio_format
PAPER_FEATURES = Waveform.from_audio_format
PAPER_AUDIO_FORMAT = _abdoli.audio_format(FRAME)
RECIPE = _abdoli.RECIPE
PAPER = _abdoli.PAPER

CONVOLUTIONS = [  # filters, kernel, stride, pooled by
    (16, 64, 2, 8),
    (32, 32, 2, 8),
    (64, 16, 2, None),
]


def build(features, n_classes):
    """(samples, 1) -> (n_classes,) probabilities."""
    return _abdoli.over_halves(features, FRAME, n_classes, CONVOLUTIONS)
