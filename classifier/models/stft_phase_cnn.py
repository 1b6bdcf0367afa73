"""CNN of spatially separable convolutions on magnitude and phase of a short-time Fourier transform.

Source: github.com/WWH98932/Audio-Classification-Models, multi_channel_models.py
Differs: phase is atan2(imaginary, real) as in the text (the code swaps the two), over pi; log(1 + magnitude); both
    standardised; all 512 bins (the code's reshaping to 128 cannot work); two seconds in 63 frames instead of four in
    128; batch normalisation with the momentum of _normalisation.py.
"""

from classifier.features.stft_phase import StftPhase
from classifier.models import _two_channel

FEATURES = _two_channel.features(StftPhase)
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _two_channel.RECIPE, _two_channel.PAPER, _two_channel.PAPER_AUDIO_FORMAT
build = _two_channel.build
