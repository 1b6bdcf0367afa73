"""1D CNN on raw audio, after SoundNet, and two recurrent layers over what it finds.

Source: github.com/WWH98932/Audio-Classification-Models, text and figure; after Aytar, Vondrick &
    Torralba, SoundNet, NeurIPS 2016, arXiv 1610.09001
Differs: ReLU, which the source does not name; every window at one level. Text and figure disagree: the second
    convolution's stride and the 512 filters are the figure's, the 13 steps the text's.
"""

from keras import layers

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
    (32, 32, 4, 8),
    (64, 16, 2, None),
    (128, 8, 2, None),
    (256, 4, 2, 4),
    (512, 4, 1, None),
]


def build(features, n_classes):
    """(samples, 1) -> (n_classes,) probabilities."""
    x = _soundnet.convolved(features, CONVOLUTIONS)
    for _ in range(2):
        x = layers.LSTM(256, return_sequences=True)(x)
    return _soundnet.classified(x, n_classes)
