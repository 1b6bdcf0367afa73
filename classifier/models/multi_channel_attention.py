"""`multi_channel_cnn` with the output of each block multiplied by a convolutional attention to its input.

Source: github.com/WWH98932/Audio-Classification-Models, as multi_channel_cnn; the attention is drawn in section 5.3 of
    its text, without sizes.
Differs: as multi_channel_cnn; a sigmoid after the attention's ReLU, without which six products in a row are not trained
    at all; its kernels are 1x3, 3x1 and 3x3, as drawn.
"""

from keras import KerasTensor

from classifier.models import _multi_channel
from classifier.models import multi_channel_cnn as plain

FEATURES, PAPER_FEATURES = plain.FEATURES, plain.PAPER_FEATURES
RECIPE, PAPER, PAPER_AUDIO_FORMAT = plain.RECIPE, plain.PAPER, plain.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(128, frames, 4) -> (n_classes,) probabilities."""
    return _multi_channel.time_first(features, n_classes, attention=True)
