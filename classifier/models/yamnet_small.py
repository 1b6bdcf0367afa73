"""A dense layer on the mean embedding of a small YAMNet, which is then fine-tuned with it.

Source: STMicroelectronics, github.com/STMicroelectronics/stm32ai-modelzoo (see pretrained/yamnet_small.py)
Differs: no paper has exactly this head, so `--paper` trains with the same recipe.
"""

from dataclasses import replace
from functools import partial

from classifier.models import _transfer
from classifier.pretrained._embedding import Embedding

NETWORK = "yamnet_small"
FEATURES = partial(Embedding.from_audio_format, network=NETWORK)
RECIPE = replace(_transfer.RECIPE, learning_rate=1e-2)
PAPER = RECIPE
FINE_TUNE = replace(_transfer.FINE_TUNE, fine_tuned=11)  # all layers

build = _transfer.build
