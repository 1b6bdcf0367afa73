"""1D CNN on raw audio, the one of the paper for the longest frames: 3.2 s.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: hears windows of any length as one frame, with fewer weights where they are shorter; every window at one level.
"""

from classifier.features.levelled_waveform import LevelledWaveform
from classifier.features.waveform import Waveform
from classifier.models import _abdoli

FEATURES = LevelledWaveform.from_audio_format
PAPER_FEATURES = Waveform.from_audio_format
PAPER_AUDIO_FORMAT = _abdoli.audio_format(50_999)
RECIPE = _abdoli.RECIPE
PAPER = _abdoli.PAPER


def build(features, n_classes):
    """(samples, 1) -> (n_classes,) probabilities."""
    return _abdoli.classified(_abdoli.convolved(features, _abdoli.FIVE), n_classes)
