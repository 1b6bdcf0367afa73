"""1D CNN on raw audio, the one of the paper for frames of 2 s: `signal` with the paper's head.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: every window at one level.
"""

from classifier.features.levelled_waveform import LevelledWaveform
from classifier.features.waveform import Waveform
from classifier.models import _abdoli

FRAME = 32_000  # samples
FEATURES = LevelledWaveform.from_audio_format
PAPER_FEATURES = Waveform.from_audio_format
PAPER_AUDIO_FORMAT = _abdoli.audio_format(FRAME)
RECIPE = _abdoli.RECIPE
PAPER = _abdoli.PAPER


def build(features, n_classes):
    """(samples, 1) -> (n_classes,) probabilities."""
    return _abdoli.over_halves(features, FRAME, n_classes, _abdoli.FIVE)
