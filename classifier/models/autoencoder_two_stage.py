"""`autoencoder` in two stages: its encoder is trained by reconstruction alone, never by labels.

Source: github.com/WWH98932/Audio-Classification-Models, `ae_extractor` and `joint_ae` of single_channel_models.py
Differs: as autoencoder; both stages run at the same time: the classifier is trained on the encoder as it is so far.
"""

from keras import KerasTensor

from classifier.models import autoencoder as joint
from classifier.models._autoencoder import autoencoder

FEATURES, PAPER_FEATURES = joint.FEATURES, joint.PAPER_FEATURES
RECIPE, PAPER, PAPER_AUDIO_FORMAT = joint.RECIPE, joint.PAPER, joint.PAPER_AUDIO_FORMAT


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    return autoencoder(features, n_classes, two_stages=True)
