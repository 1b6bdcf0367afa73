"""Gammatone cepstral coefficients: the cosine transform of a gammatone spectrogram in decibels.

The logarithm is that of our MFCC (dB, at most 80 below a window's loudest value), not the cube root of other authors.
Source: Valero & Alías, IEEE Transactions on Multimedia 14 (2012), doi:10.1109/TMM.2012.2199972
"""

import keras
import numpy as np
from keras import KerasTensor, ops

from classifier.features.gammatone_spectrogram import GammatoneSpectrogram


@keras.saving.register_keras_serializable("features")
class Gfcc(GammatoneSpectrogram):
    """(samples,) -> (n_gfcc, frames, 1), the orthonormal DCT-II along the bands.

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_gfcc: coefficients, from the lowest; at most n_bands.
        n_bands, fmin: as of GammatoneSpectrogram.

    Raises:
        ValueError: more coefficients than bands.
    """

    own_statistics = (1, -1)  # a coefficient's spread falls with its number, and the first's mean is far from 0

    def __init__(
        self,
        sample_rate: int,
        n_fft: int,
        hop_length: int,
        n_gfcc: int = 64,
        n_bands: int = 64,
        fmin: float = 50.0,
        **kwargs,
    ):
        super().__init__(sample_rate, n_fft, hop_length, n_bands, fmin, **kwargs)
        if n_gfcc > n_bands:
            raise ValueError(f"{n_bands} bands give at most {n_bands} coefficients; got n_gfcc={n_gfcc}")
        self.n_gfcc = n_gfcc

    def build(self, input_shape: tuple) -> None:
        from scipy.fft import dct

        super().build(input_shape)
        self.cosines = dct(np.eye(self.n_bands), norm="ortho", axis=0)[: self.n_gfcc].astype("float32")

    def call(self, audio: KerasTensor) -> KerasTensor:
        return ops.expand_dims(ops.matmul(self.cosines, super().call(audio)[..., 0]), -1)
