"""`cldnn` with attention: a mean over time with learned weights instead of the last states of its LSTMs.

Source: github.com/WWH98932/Audio-Classification-Models, sections 2.2 and 5.3 of its text, which found attention to help
    most behind recurrent layers
Differs: as cldnn; attention gives the mean of the sequence (its author does not say where it goes).
"""

from keras import KerasTensor

from classifier.models import cldnn as plain
from classifier.models._attention import Attention
from classifier.models._cldnn import cldnn

FEATURES, RECIPE, PAPER, PAPER_AUDIO_FORMAT = plain.FEATURES, plain.RECIPE, plain.PAPER, plain.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return cldnn(features, n_classes, after=Attention())
