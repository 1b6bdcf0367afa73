"""1D CNN of seven convolutions on raw audio, after SoundNet.

Source: github.com/WWH98932/Audio-Classification-Models, text and figure; after Aytar, Vondrick &
    Torralba, SoundNet, NeurIPS 2016, arXiv 1610.09001
Differs: ReLU, which the source does not name; every window at one level.
"""

from classifier.features.levelled_waveform import LevelledWaveform
from classifier.features.waveform import Waveform
from classifier.models import _soundnet

FEATURES = LevelledWaveform.from_audio_format
PAPER_FEATURES = Waveform.from_audio_format
PAPER_AUDIO_FORMAT = _soundnet.PAPER_AUDIO_FORMAT
RECIPE = _soundnet.RECIPE
PAPER = _soundnet.PAPER

CONVOLUTIONS = [  # filters, kernel, stride, pooled
    (16, 64, 8, 8),
    (32, 32, 8, 8),
    (64, 16, 2, None),
    (128, 8, 2, None),
    (256, 4, 2, 4),
    (512, 4, 1, None),
    (1024, 4, 1, None),
]


def build(features, n_classes):
    """(samples, 1) -> (n_classes,) probabilities."""
    return _soundnet.classified(_soundnet.convolved(features, CONVOLUTIONS), n_classes)
