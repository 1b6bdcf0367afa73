"""1D CNN on raw audio whose first convolution is a bank of gammatone filters, frames of 1 s: the paper's best.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: learns from the mean over the frames of a window; every window at one level. The filters of the public
    implementation lie above half the sample rate from the 31st on, and their taps are scrambled: here they are where
    the paper has them, 100 Hz to 8 kHz.
"""

from dataclasses import replace

import keras
import numpy as np

from classifier.features.gammatone_spectrogram import centres, widths
from classifier.features.levelled_waveform import LevelledWaveform
from classifier.features.waveform import Waveform
from classifier.models import _abdoli

FROZEN = True  # the bank does not learn, as in the paper's 89 % on UrbanSound8K
FRAME = 16_000  # samples
BAND_HZ = (100, 8_000)  # the first filter's centre and the last's, the others evenly between on the ear's scale
FEATURES = LevelledWaveform.from_audio_format
PAPER_FEATURES = Waveform.from_audio_format
PAPER_AUDIO_FORMAT = _abdoli.audio_format(FRAME)
RECIPE = replace(_abdoli.RECIPE, batch_size=16)  # 32 need 2 GB: the bank answers at every sample
PAPER = _abdoli.PAPER

CONVOLUTIONS = [  # filters, kernel, stride, pooled by
    (64, 512, 1, 8),
    (32, 32, 2, 8),
    (64, 16, 2, None),
    (128, 8, 2, None),
]


def build(features, n_classes):
    """(samples, 1) -> (n_classes,) probabilities."""
    bank = {"kernel_initializer": Gammatone(), "trainable": not FROZEN}
    return _abdoli.over_halves(features, FRAME, n_classes, CONVOLUTIONS, **bank)


@keras.saving.register_keras_serializable("models")
class Gammatone(keras.initializers.Initializer):
    """A kernel of gammatone filters for audio of 16 kHz, (taps, 1, filters): t^3 exp(-2 pi b t) cos(2 pi f t).

    All have the energy 1, so that noise of variance 1 leaves each with variance 1.
    """

    def __call__(self, shape, dtype=None):
        taps, _, n_filters = shape
        seconds, hz = np.arange(taps)[:, None] / PAPER_AUDIO_FORMAT.sample_rate, centres(*BAND_HZ, n_filters)
        filters = seconds**3 * np.exp(-2 * np.pi * widths(hz) * seconds) * np.cos(2 * np.pi * hz * seconds)
        filters /= np.sqrt(np.square(filters).sum(axis=0))
        return keras.ops.cast(filters[:, None], dtype or keras.config.floatx())
