"""`cldnn` with attention: not the last states of its LSTMs, but a mean over time, weighted by what it learned to heed.

Source: github.com/WWH98932/Audio-Classification-Models, sections 2.2 and 5.3 of its text, which found attention to help
    most behind recurrent layers
Differs: as cldnn; attention gives the mean of the sequence (its author left the place open).
"""

from classifier.models import cldnn as plain
from classifier.models._attention import Attention
from classifier.models._cldnn import cldnn

FEATURES, RECIPE, PAPER, PAPER_AUDIO_FORMAT = plain.FEATURES, plain.RECIPE, plain.PAPER, plain.PAPER_AUDIO_FORMAT


def build(features, n_classes):
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return cldnn(features, n_classes, after=Attention())
