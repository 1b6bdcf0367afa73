"""A dense layer on the means of five of YAMNet's layers: the middle ones know how a sound is made, the last what.

Source: Choi, Fazekas, Sandler & Cho, ISMIR 2017, arXiv 1703.09179, on YAMNet (see pretrained/yamnet.py)
Differs: every other block from the fifth on, and a dense layer in place of a support vector machine. No paper has
    exactly this head, so `--paper` trains with the same recipe.
"""

from functools import partial

from classifier.models import _transfer, yamnet_transfer
from classifier.pretrained._embedding import Embedding

NETWORK = "yamnet"
BLOCKS = (5, 7, 9, 11, 13)
FEATURES = partial(Embedding.from_audio_format, network=NETWORK, blocks=BLOCKS)
RECIPE = _transfer.RECIPE
PAPER = RECIPE
FINE_TUNE = yamnet_transfer.FINE_TUNE

build = _transfer.build
