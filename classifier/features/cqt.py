"""Constant-Q transform, equal to the magnitude of librosa.cqt: all filters are the same number of periods long.

One octave's filters serve all octaves: from one to the next below, the audio's rate is halved, and so is the hop.
Source: Schörkhuber & Klapuri, Sound and Music Computing 2010; the filters are librosa's, to their sparse spectra.
"""

import math

import keras
import numpy as np
from keras import ops

from classifier.features._decibels import decibels
from classifier.features._feature import Feature

C1 = 440 * 2 ** (-45 / 12)  # Hz
HANN_BANDWIDTH = 1.5  # of the window's spectrum, over its length: a filter reaches half of it above its centre
SPARSITY = 0.01  # share of a filter's spectrum that librosa drops, the smallest values first
# The filter with which librosa's resampler (soxr, HQ) halves a rate, as its impulse response shows it to 2e-6: a Kaiser
# window on a sinc. With another one a sound that is cut off at an end of the window rings on for another while.
TAPS, CUT_OFF, KAISER_BETA = 383, 0.478436, 12.580  # cut off: of the old rate's half
BLOCK = 64  # samples that are halved at once, by a convolution over blocks with a channel per sample
BLOCKS = 7  # that a block's answer depends on: its own and (TAPS + 1) / 2 = 3 blocks' samples on either side


@keras.saving.register_keras_serializable("features")
class Cqt(Feature):
    """(samples,) -> (n_bins, frames, 1) magnitude, frames centred on every hop, with silence around the window.

    Where the rate is so high that librosa first divides it by 4 or more, at once, this halves it as often as needed:
    sounds that are cut off at an end of the window then differ (by 1e-3 of noise's largest value).

    Args:
        sample_rate: Hz.
        hop_length: samples; a multiple of 2 to the number of octaves less one.
        n_bins, bins_per_octave: filters, upwards from fmin.
        fmin: Hz, centre of the lowest filter.
        decibels: dB in place of magnitude, as of librosa.amplitude_to_db at its defaults.

    Raises:
        ValueError: the hop cannot be halved that often, or filters reach above half the sample rate.
    """

    def __init__(self, sample_rate, hop_length, n_bins=84, bins_per_octave=12, fmin=C1, decibels=False, **kwargs):
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

    def build(self, input_shape):
        self.n_frames = 1 + input_shape[-1] // self.hop_length
        self.filters = _filters(
            self._frequencies[-self.bins_per_octave :], self.sample_rate / 2**self._halved_first, self._bandwidth
        )
        self.halving = _halving()
        lengths = self.sample_rate / self._bandwidth / self._frequencies  # samples
        self.scale = np.sqrt(lengths)[:, None].astype("float32")

    def call(self, audio):
        magnitude = self._magnitude(audio)
        return ops.expand_dims(decibels(ops.square(magnitude)) if self.decibels else magnitude, -1)

    def _magnitude(self, audio):
        """(samples,) -> (n_bins, frames)."""
        hop, octaves = self.hop_length, []  # from the highest
        for halved in range(self._halved_first + self.n_octaves):
            if halved:
                audio, hop = self._halve(audio), hop // 2
            if halved >= self._halved_first:
                octaves.append(self._frames(audio, hop))
        predictions = ops.matmul(ops.concatenate(octaves[::-1], axis=1), self.filters)
        real, imaginary = ops.split(predictions, 2, axis=-1)
        magnitude = ops.sqrt(ops.square(real) + ops.square(imaginary))
        magnitude = ops.reshape(magnitude, (-1, self.n_octaves, self.n_frames, magnitude.shape[-1]))
        magnitude = ops.transpose(magnitude, (0, 1, 3, 2))  # (octaves, filters, frames)
        magnitude = ops.reshape(magnitude, (-1, self.n_octaves * magnitude.shape[2], self.n_frames))
        return magnitude[:, -self.n_bins :] * self.scale

    def _frames(self, audio, hop):
        """(samples,) -> (frames, taps), a frame as long as the filters around every hop."""
        taps = len(self.filters)
        end = max(0, (self.n_frames - 1) * hop + taps // 2 - audio.shape[1])
        return ops.extract_sequences(ops.pad(audio, [[0, 0], [taps // 2, end]]), taps, hop)[:, : self.n_frames]

    def _halve(self, audio):
        """(samples,) -> (half as many,) at half the rate."""
        n = audio.shape[1]
        blocks = ops.reshape(ops.pad(audio, [[0, 0], [0, -n % BLOCK]]), (-1, math.ceil(n / BLOCK), BLOCK))
        halved = ops.conv(blocks, self.halving, padding="same")
        return ops.reshape(halved, (-1, halved.shape[1] * halved.shape[2]))[:, : math.ceil(n / 2)]


def _filters(frequencies, sample_rate, bandwidth):
    """What librosa multiplies the spectra of frames with, for frames themselves: (taps, 2 * filters), real, imaginary.

    They are of gain 1/2 at their centres, without negative frequencies and without what librosa's SPARSITY drops.
    """
    from librosa.filters import wavelet
    from librosa.util import sparsify_rows

    waves, _ = wavelet(freqs=frequencies, sr=sample_rate, norm=1, alpha=np.full(len(frequencies), bandwidth))
    taps = waves.shape[1]
    spectra = np.fft.fft(waves)[:, : taps // 2 + 1] / taps
    filters = np.fft.fft(sparsify_rows(spectra, quantile=SPARSITY).toarray(), n=taps).T
    return np.concatenate([filters.real, filters.imag], axis=1).astype("float32")


def _halving():
    """Low pass and every other sample, as a convolution over blocks: (BLOCKS, BLOCK, BLOCK / 2)."""
    from scipy.signal import firwin

    low_pass = firwin(TAPS, CUT_OFF, window=("kaiser", KAISER_BETA))
    matrix = np.zeros((BLOCKS * BLOCK + 1, BLOCK // 2))
    for i in range(BLOCK // 2):
        first = BLOCKS // 2 * BLOCK + 2 * i - TAPS // 2
        matrix[first : first + TAPS, i] = low_pass
    return matrix[:-1].reshape(BLOCKS, BLOCK, BLOCK // 2).astype("float32")
