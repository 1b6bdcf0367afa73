"""Constant-Q transform, equal to the magnitude of librosa.cqt: all filters are the same number of periods long.

One octave's filters serve all octaves: from one to the next below, the audio's rate is halved, and so is the hop.
Source: Schörkhuber & Klapuri, Sound and Music Computing 2010; the filters are librosa's, to their sparse spectra.
"""

import math
from typing import Any

import keras
import numpy as np
from keras import KerasTensor, ops

from classifier.features._decibels import decibels
from classifier.features._feature import Feature

C1 = 440 * 2 ** (-45 / 12)  # Hz
HANN_BANDWIDTH = 1.5  # of a Hann window's spectrum, in bins: a filter reaches half of it above its centre
SPARSITY = 0.01  # share of a filter's spectrum that librosa drops, the smallest values first
# The filter with which librosa's resampler (soxr, HQ) halves a rate, measured from its impulse response to 2e-6: a
# Kaiser window on a sinc. Another filter would give other values where a sound is cut off at an end of the window.
TAPS, CUT_OFF, KAISER_BETA = 383, 0.478436, 12.580  # CUT_OFF: share of the old rate's half
BLOCK = 64  # samples per step of the convolution that halves the rate, one channel each
BLOCKS = 7  # blocks that a block's output depends on: itself and (TAPS + 1) / 2 samples, 3 blocks, on either side


@keras.saving.register_keras_serializable("features")
class Cqt(Feature):
    """(samples,) -> (n_bins, frames, 1) magnitude, frames centred on every hop, with silence around the window.

    Where the rate is so high that librosa first divides it by 4 or more in one step, this halves it repeatedly: sounds
    cut off at an end of the window then differ (by 1e-3 of the largest value, for noise).

    Args:
        sample_rate: Hz.
        hop_length: samples; a multiple of 2 to the number of octaves less one.
        n_bins, bins_per_octave: filters, upwards from fmin.
        fmin: Hz, centre of the lowest filter.
        decibels: output dB instead of magnitude, as librosa.amplitude_to_db at its defaults.

    Raises:
        ValueError: the hop cannot be halved often enough, or filters reach above half the sample rate.
    """

    def __init__(
        self,
        sample_rate: int,
        hop_length: int,
        n_bins: int = 84,
        bins_per_octave: int = 12,
        fmin: float = C1,
        decibels: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.sample_rate, self.hop_length = sample_rate, hop_length
        self.n_bins, self.bins_per_octave, self.fmin, self.decibels = n_bins, bins_per_octave, fmin, decibels
        self.n_octaves = math.ceil(n_bins / bins_per_octave)
        if hop_length % 2 ** (self.n_octaves - 1):
            raise ValueError(
                f"{n_bins} bins are {self.n_octaves} octaves of {bins_per_octave}: the hop must be a multiple of "
                f"{2 ** (self.n_octaves - 1)} samples, to be halved from each to the next; got hop_length={hop_length}"
            )
        frequencies = fmin * 2 ** (np.arange(n_bins) / bins_per_octave)
        ratio = 2 ** (2 / bins_per_octave)
        self._bandwidth = (ratio - 1) / (ratio + 1)  # over a filter's centre frequency: 1 / Q
        top, nyquist = frequencies[-1] * (1 + HANN_BANDWIDTH / 2 * self._bandwidth), sample_rate / 2
        if top > nyquist:
            raise ValueError(
                f"fmin={fmin:g} Hz and n_bins={n_bins} ({bins_per_octave} an octave) reach up to {top:,.0f} Hz, above "
                f"half of sample_rate={sample_rate} Hz: take fewer bins or a higher rate"
            )
        spare = int(math.log2(hop_length & -hop_length)) - self.n_octaves + 1
        self._halved_first = max(0, min(math.ceil(math.log2(nyquist / top)) - 2, spare))  # where nothing sounds so high
        self._frequencies = frequencies

    def build(self, input_shape: tuple) -> None:
        self.n_frames = 1 + input_shape[-1] // self.hop_length
        self.filters = _filters(
            self._frequencies[-self.bins_per_octave :], self.sample_rate / 2**self._halved_first, self._bandwidth
        )
        self.halving = _halving()
        lengths = self.sample_rate / self._bandwidth / self._frequencies  # samples
        self.scale = np.sqrt(lengths)[:, None].astype("float32")

    def call(self, audio: KerasTensor) -> KerasTensor:
        magnitude = self._magnitude(audio)
        return ops.expand_dims(decibels(ops.square(magnitude)) if self.decibels else magnitude, -1)

    def _magnitude(self, audio: KerasTensor) -> KerasTensor:
        """(samples,) -> (n_bins, frames)."""
        hop, octaves = self.hop_length, []  # from the highest
        for halved in range(self._halved_first + self.n_octaves):
            if halved:
                audio, hop = self._halve(audio), hop // 2
            if halved >= self._halved_first:
                octaves.append(self._frames(audio, hop))
        products = ops.matmul(ops.concatenate(octaves[::-1], axis=1), self.filters)
        real, imaginary = ops.split(products, 2, axis=-1)
        magnitude = ops.sqrt(ops.square(real) + ops.square(imaginary))
        magnitude = ops.reshape(magnitude, (-1, self.n_octaves, self.n_frames, magnitude.shape[-1]))
        magnitude = ops.transpose(magnitude, (0, 1, 3, 2))  # (octaves, filters, frames)
        magnitude = ops.reshape(magnitude, (-1, self.n_octaves * magnitude.shape[2], self.n_frames))
        return magnitude[:, -self.n_bins :] * self.scale

    def _frames(self, audio: KerasTensor, hop: int) -> KerasTensor:
        """(samples,) -> (frames, taps): frames as long as the filters, centred on every hop."""
        taps = len(self.filters)
        end = max(0, (self.n_frames - 1) * hop + taps // 2 - audio.shape[1])
        return ops.extract_sequences(ops.pad(audio, [[0, 0], [taps // 2, end]]), taps, hop)[:, : self.n_frames]

    def _halve(self, audio: KerasTensor) -> KerasTensor:
        """(samples,) -> (samples / 2,) at half the rate."""
        n = audio.shape[1]
        blocks = ops.reshape(ops.pad(audio, [[0, 0], [0, -n % BLOCK]]), (-1, math.ceil(n / BLOCK), BLOCK))
        halved = ops.conv(blocks, self.halving, padding="same")
        return ops.reshape(halved, (-1, halved.shape[1] * halved.shape[2]))[:, : math.ceil(n / 2)]


def _filters(frequencies: np.ndarray, sample_rate: float, bandwidth: float) -> np.ndarray:
    """librosa's filters, transformed to the time domain: (taps, 2 * filters), real parts, then imaginary parts.

    Gain 1/2 at their centres, without negative frequencies and without what librosa's SPARSITY drops.
    """
    from librosa.filters import wavelet
    from librosa.util import sparsify_rows

    bandwidths: Any = np.full(len(frequencies), bandwidth)  # librosa's hint says float, its text one per filter
    waves, _ = wavelet(freqs=frequencies, sr=sample_rate, norm=1, alpha=bandwidths)
    taps = waves.shape[1]
    spectra = np.fft.fft(waves)[:, : taps // 2 + 1] / taps
    filters = np.fft.fft(sparsify_rows(spectra, quantile=SPARSITY).toarray(), n=taps).T
    return np.concatenate([filters.real, filters.imag], axis=1).astype("float32")


def _halving() -> np.ndarray:
    """(BLOCKS, BLOCK, BLOCK / 2): low pass and every other sample, as the kernel of a convolution over blocks."""
    from scipy.signal import firwin

    low_pass = firwin(TAPS, CUT_OFF, window=("kaiser", KAISER_BETA))
    matrix = np.zeros((BLOCKS * BLOCK + 1, BLOCK // 2))
    for i in range(BLOCK // 2):
        first = BLOCKS // 2 * BLOCK + 2 * i - TAPS // 2
        matrix[first : first + TAPS, i] = low_pass
    return matrix[:-1].reshape(BLOCKS, BLOCK, BLOCK // 2).astype("float32")
