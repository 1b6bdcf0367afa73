"""CNN of spatially separable convolutions on real and imaginary part of a short-time Fourier transform.

Source: github.com/WWH98932/Audio-Classification-Models, multi_channel_models.py
Differs: both standardised; all 512 bins (the code's reshaping to 128 cannot work); two seconds in 63 frames instead of
    four in 128; batch normalisation with the momentum of _normalisation.py.
"""

from classifier.features.stft_complex import StftComplex
from classifier.models import _two_channel

FEATURES = _two_channel.features(StftComplex)
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _two_channel.RECIPE, _two_channel.PAPER, _two_channel.PAPER_AUDIO_FORMAT
build = _two_channel.build
