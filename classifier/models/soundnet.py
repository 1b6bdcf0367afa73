"""1D CNN of seven convolutions on raw audio, after SoundNet.

Source: github.com/WWH98932/Audio-Classification-Models, text and figure; after Aytar, Vondrick & Torralba, SoundNet,
    NeurIPS 2016, arXiv 1610.09001
Differs: ReLU, which the source does not name; windows at one level.
"""

from functools import partial

from classifier.models import _soundnet

CONVOLUTIONS: _soundnet.Convolutions = [  # filters, kernel, stride, pool
    (16, 64, 8, 8),
    (32, 32, 8, 8),
    (64, 16, 2, None),
    (128, 8, 2, None),
    (256, 4, 2, 4),
    (512, 4, 1, None),
    (1024, 4, 1, None),
]

FEATURES, PAPER_FEATURES = _soundnet.FEATURES, _soundnet.PAPER_FEATURES
RECIPE, PAPER, PAPER_AUDIO_FORMAT = _soundnet.RECIPE, _soundnet.PAPER, _soundnet.PAPER_AUDIO_FORMAT
build = partial(_soundnet.build, convolutions=CONVOLUTIONS)
