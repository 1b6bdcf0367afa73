"""CNN of spatially separable convolutions on four kinds of spectra: MFCC, GFCC, constant Q, chroma.

Source: github.com/WWH98932/Audio-Classification-Models, mfc_dcnn of multi_channel_models.py; after Sharma, Granmo &
    Goodwin, Interspeech 2020, doi:10.21437/Interspeech.2020-1303
Differs: a constant-Q transform as in the text and the paper (the code has a second chroma); 128 gammatone bands at the
    others' hop; every row standardised; two seconds in 126 frames instead of eight in 256, so that the last pooling
    over time has one frame left; batch normalisation with the momentum of _normalisation.py.
"""

from keras import KerasTensor

from classifier.models import _multi_channel
from classifier.records.recipe import FIELD

FEATURES = _multi_channel.features
RECIPE = FIELD
PAPER = _multi_channel.PAPER
PAPER_AUDIO_FORMAT = _multi_channel.PAPER_AUDIO_FORMAT
PAPER_FEATURES = _multi_channel.paper_features


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(128, frames, 4) -> (n_classes,) probabilities."""
    return _multi_channel.time_first(features, n_classes)
