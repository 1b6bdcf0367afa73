"""Gammatone spectrogram in decibels: the spectrum in bands shaped and spaced as the ear's.

Source: Patterson et al., APU report 2341 (1987), for their shape; Glasberg & Moore, Hearing Research 47 (1990), for
their width and spacing.
"""

import keras
import numpy as np
from keras import KerasTensor, ops

from classifier.features._decibels import decibels
from classifier.features._filters import Filters

ORDER = 4
ERB_PER_BAND = 1.019  # a band's b over its equivalent rectangular bandwidth, at order 4


@keras.saving.register_keras_serializable("features")
class GammatoneSpectrogram(Filters):
    """(samples,) -> (n_bands, frames, 1) dB, at most 80 dB below a window's loudest value.

    The power spectrum weighted by the squared gain of each filter, 1 at its centre.

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_bands: filters, their centres evenly on the ERB-rate scale from fmin to half the sample rate.
        fmin: Hz.
    """

    def __init__(self, sample_rate: int, n_fft: int, hop_length: int, n_bands: int = 64, fmin: float = 50.0, **kwargs):
        super().__init__(**kwargs)
        self.sample_rate, self.n_fft, self.hop_length = sample_rate, n_fft, hop_length
        self.n_bands, self.fmin = n_bands, fmin

    def build(self, input_shape: tuple) -> None:
        bins = np.arange(self.n_fft // 2 + 1) * self.sample_rate / self.n_fft
        self.bands = _gains(centres(self.fmin, self.sample_rate / 2, self.n_bands), bins).astype("float32")

    def call(self, audio: KerasTensor) -> KerasTensor:
        return ops.expand_dims(decibels(self.filtered(audio)), -1)


def centres(lowest: float, highest: float, n: int) -> np.ndarray:
    """(n,) frequencies, Hz, at equal distances on the ERB-rate scale, E(f) = 9.265 ln(1 + f / 228.85)."""
    return 228.85 * np.expm1(np.linspace(np.log1p(lowest / 228.85), np.log1p(highest / 228.85), n))


def widths(middles: np.ndarray) -> np.ndarray:
    """(n,) the b of filters with these centres (n,), all Hz: proportional to the equivalent rectangular bandwidth."""
    return ERB_PER_BAND * (24.7 + 0.108 * middles)


def _gains(middles: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """(frequencies, middles): squared gain of the filters t^3 exp(-2 pi b t) cos(2 pi f t), from their transform."""
    b = widths(middles)
    from_middle, from_mirror = (1 + 1j * (frequencies[:, None] + sign * middles) / b for sign in (-1, 1))
    return np.abs(from_middle**-ORDER + from_mirror**-ORDER) ** 2
