"""Multi-level attention on YAMNet's embedding of each second of ten: it shows which second was evidence for a label.

Source: Yu, Barsim, Kong & Yang, "Multi-level attention model for weakly supervised audio classification", DCASE 2018,
    arXiv 1803.02353
Differs: the levels predict the labels at hand, not the 527 of AudioSet. One softmax layer with a penalty follows them,
    for one label per window; at first it takes a level's prediction of a label for that label alone. Weights by label
    and categorical cross-entropy replace balanced batches of 500 and 527 binary losses. The embedding is YAMNet's; with
    `--paper` VGGish's, which has no ReLU.
"""

from functools import partial

from keras import KerasTensor

from classifier.models import _multilevel
from classifier.pretrained import vggish
from classifier.pretrained._embedding import Embedding
from classifier.records.audio_format import AudioFormat

SECONDS = 10  # of a window, as AudioSet's clips
STEP = 0.96  # seconds of a step: three of YAMNet's, or an example of VGGish
NETWORK = "yamnet"
FEATURES = partial(Embedding.from_audio_format, network=NETWORK, together=3, looped=True)
RECIPE = _multilevel.RECIPE
PAPER, PAPER_AUDIO_FORMAT = _multilevel.PAPER, AudioFormat(window_length=160_000)
PAPER_FEATURES = partial(vggish.embedding, looped=True)
FINE_TUNE = _multilevel.FINE_TUNE

network = partial(_multilevel.network, units=600, dropout=0.4, normalised=True)


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(steps, values) -> (n_classes,) probabilities."""
    return _multilevel.classified(network(features, n_classes), n_classes)
