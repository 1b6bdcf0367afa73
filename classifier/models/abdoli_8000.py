"""1D CNN on raw audio, the paper's for frames of 0.5 s.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: trained on the mean over the frames of a window; windows at one level.
"""

from functools import partial

from classifier.models import _abdoli

FRAME = 8_000  # samples
CONVOLUTIONS: _abdoli.Convolutions = [  # filters, kernel, stride, pool
    (16, 64, 2, 8),
    (32, 32, 2, 8),
    (64, 16, 2, None),
]
FEATURES, PAPER_FEATURES, RECIPE, PAPER = _abdoli.FEATURES, _abdoli.PAPER_FEATURES, _abdoli.RECIPE, _abdoli.PAPER
PAPER_AUDIO_FORMAT = _abdoli.paper_audio_format(FRAME)
build = partial(_abdoli.build, convolutions=CONVOLUTIONS, frame=FRAME)
