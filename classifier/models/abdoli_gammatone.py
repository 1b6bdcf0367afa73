"""1D CNN on raw audio whose first convolution is a bank of gammatone filters, frames of 1 s: the paper's best.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: trained on the mean over the frames of a window; windows at one level. The filters of the public
    implementation lie above half the sample rate from the 31st on, and their taps are scrambled: here they are where
    the paper has them, 100 Hz to 8 kHz.
"""

from dataclasses import replace

import keras
import numpy as np
from keras import KerasTensor

from classifier.features.gammatone_spectrogram import centres, widths
from classifier.models import _abdoli

FROZEN = True  # the filter bank is not trained, as in the paper's 89 % on UrbanSound8K
FRAME = 16_000  # samples
BAND_HZ = (100, 8_000)  # centres of the first and the last filter; the others evenly between on the ERB-rate scale
CONVOLUTIONS: _abdoli.Convolutions = [  # filters, kernel, stride, pool
    (64, 512, 1, 8),
    (32, 32, 2, 8),
    (64, 16, 2, None),
    (128, 8, 2, None),
]

FEATURES, PAPER_FEATURES, PAPER = _abdoli.FEATURES, _abdoli.PAPER_FEATURES, _abdoli.PAPER
RECIPE = replace(_abdoli.RECIPE, batch_size=16)  # 32 need 2 GB: the filter bank has an output at every sample
PAPER_AUDIO_FORMAT = _abdoli.paper_audio_format(FRAME)


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(samples, 1) -> (n_classes,) probabilities."""
    return _abdoli.build(features, n_classes, CONVOLUTIONS, FRAME, kernel_initializer=Gammatone(), trainable=not FROZEN)


@keras.saving.register_keras_serializable("models")
class Gammatone(keras.initializers.Initializer):
    """A kernel of gammatone filters for audio of 16 kHz, (taps, 1, filters): t^3 exp(-2 pi b t) cos(2 pi f t).

    All have energy 1, so that noise of variance 1 leaves each with variance 1.
    """

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> KerasTensor:
        taps, _, n_filters = shape
        seconds, hz = np.arange(taps)[:, None] / PAPER_AUDIO_FORMAT.sample_rate, centres(*BAND_HZ, n_filters)
        filters = seconds**3 * np.exp(-2 * np.pi * widths(hz) * seconds) * np.cos(2 * np.pi * hz * seconds)
        filters /= np.sqrt(np.square(filters).sum(axis=0))
        return keras.ops.cast(filters[:, None], dtype or keras.config.floatx())
