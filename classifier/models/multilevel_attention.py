"""Multi-level attention on what YAMNet hears each second of ten: it knows which second spoke for a label.

Source: Yu, Barsim, Kong & Yang, "Multi-level attention model for weakly supervised audio classification", DCASE 2018,
    arXiv 1803.02353
Differs: the levels tell apart the labels at hand, not the 527 of AudioSet. Behind them comes one softmax layer with a
    penalty, for one label a window; at first it takes what a level says of a label for that label alone. Weights by
    label and categorical cross-entropy stand for balanced batches of 500 and 527 binary ones. It hears YAMNet; with
    `--paper` VGGish, whose embedding has no ReLU.
"""

from functools import partial

from classifier.models import _multilevel
from classifier.pretrained import vggish
from classifier.pretrained._embedding import Embedding
from classifier.records.audio_format import AudioFormat

SECONDS = 10  # of a window: a clip of AudioSet
STEP = 0.96  # seconds of a step: three of YAMNet's, or an example of VGGish
NETWORK = "yamnet"
FEATURES = partial(Embedding.from_audio_format, network=NETWORK, together=3, looped=True)
RECIPE = _multilevel.RECIPE
PAPER, PAPER_AUDIO_FORMAT = _multilevel.PAPER, AudioFormat(window_length=160_000)
PAPER_FEATURES = partial(vggish.embedding, looped=True)
FINE_TUNE = _multilevel.FINE_TUNE

network = partial(_multilevel.network, units=600, dropout=0.4, normalised=True)


def build(features, n_classes):
    """(steps, values) -> (n_classes,) probabilities."""
    return _multilevel.told_apart(network(features, n_classes), n_classes)
