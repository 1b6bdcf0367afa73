"""A dense layer on YAMNet's mean embedding of a window: trains in seconds, on few recordings.

Source: Plakal & Ellis, YAMNet, github.com/tensorflow/models, research/audioset/yamnet (see pretrained/yamnet.py)
Differs: no paper has exactly this head, so `--paper` trains with the same recipe.
"""

from dataclasses import replace
from functools import partial

from classifier.models import _transfer
from classifier.pretrained._embedding import Embedding

NETWORK = "yamnet"
FEATURES = partial(Embedding.from_audio_format, network=NETWORK)
RECIPE = _transfer.RECIPE
PAPER = RECIPE
FINE_TUNE = replace(_transfer.FINE_TUNE, epochs=10)  # only for `--fine-tune`; 27 layers are all

build = _transfer.build
