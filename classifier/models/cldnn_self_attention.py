"""`cldnn` with self-attention between its LSTMs: each step becomes a weighted mean of all steps.

Source: github.com/WWH98932/Audio-Classification-Models, sections 2.2 and 5.3 of its text
Differs: as cldnn; self-attention in a layer of our own.
"""

from keras import KerasTensor

from classifier.models import cldnn as plain
from classifier.models._attention import SelfAttention
from classifier.models._cldnn import cldnn

FEATURES, RECIPE, PAPER, PAPER_AUDIO_FORMAT = plain.FEATURES, plain.RECIPE, plain.PAPER, plain.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return cldnn(features, n_classes, between=SelfAttention())
