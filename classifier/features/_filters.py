"""Power spectra weighted by filters: the base of mel, gammatone and chroma spectrograms."""

import numpy as np
from keras import KerasTensor, ops

from classifier.features import _products
from classifier.features._feature import Feature
from classifier.features._stft import stft


class Filters(Feature):
    """A feature with `n_fft`, `hop_length` and, once it is built, `bands`: (n_fft / 2 + 1, filters) float32."""

    n_fft: int
    hop_length: int
    bands: np.ndarray
    as_products = False  # set for an export: compute the spectrum as in _products

    def filtered(self, audio: KerasTensor, centred: bool = True) -> KerasTensor:
        """(batch, samples) -> (batch, filters, frames); centred: as of `_stft.stft`."""
        if self.as_products and _products.possible(self.n_fft, self.hop_length):
            power, bins = _products.power(audio, self.n_fft, self.hop_length, centred)
            return weighted(power, np.where(bins[:, None] < 0, 0, self.bands[bins]))
        real, imaginary = stft(audio, self.n_fft, self.hop_length, centred)
        return weighted(ops.square(real) + ops.square(imaginary), self.bands)


def weighted(spectrum: KerasTensor, bands: np.ndarray) -> KerasTensor:
    """The transposed product of a spectrum and filters; skips the zeros where at most two filters overlap.

    Args:
        spectrum: (batch, frames, bins).
        bands: (bins, filters) float32, a constant.

    Returns:
        (batch, filters, frames).
    """
    last, own, before = _overlapping(bands)
    if np.count_nonzero(own) + np.count_nonzero(before) < np.count_nonzero(bands):
        return ops.transpose(ops.matmul(spectrum, bands), (0, 2, 1))
    n = bands.shape[1]
    bins = ops.transpose(spectrum, (2, 0, 1))
    in_last, in_previous = (ops.segment_sum(bins * weights[:, None, None], last, n + 1) for weights in (own, before))
    return ops.transpose(in_last[:n] + in_previous[1:], (1, 0, 2))


def _overlapping(bands: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each bin its last filter, its weight in that filter and in the one before: (bins,) each."""
    n = bands.shape[1]
    last = n - 1 - np.argmax(bands[:, ::-1] != 0, axis=1)
    own, before = (np.take_along_axis(np.pad(bands, [[0, 0], [1, 0]]), last[:, None] + i, 1)[:, 0] for i in (1, 0))
    return last.astype("int32"), own, before
