"""Summary statistics of a window: means and standard deviations over time of about fifty descriptors.

Source: github.com/crunker99/sourcing-sound; each descriptor equals librosa.feature's of its name.
Differs: standard deviations, RMS, spectral contrast and log mel bands beside its means; no chroma. FAINT magnitudes
    count as 0: where a pure tone leaves bins empty librosa measures rounding noise, and a phone rounds differently.
"""

import keras
import numpy as np
from keras import KerasTensor, ops

from classifier.features._feature import Feature
from classifier.features._stft import stft
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc

FAINT = 1e-6  # of a window's largest magnitude, -120 dB: ten times the rounding noise of a float32 FFT
SMALLEST_SAMPLE = 1e-10  # librosa's threshold: samples closer to 0 have no sign
SMALLEST_SUM = 1e-30  # of a frame's magnitudes; that of digital silence is 0, and so is its centroid
ROLLED_OFF = 0.85  # share of a frame's magnitudes below its roll-off, librosa's
OCTAVES, LOWEST = 6, 200  # Hz; librosa's bands of the spectral contrast, besides the one below
QUANTILE = 0.02  # share of a band's bins that make its peak, and its valley


@keras.saving.register_keras_serializable("features")
class Summary(Feature):
    """(samples,) -> (values,): means over the frames, then standard deviations, of `described`; means of log mel bands.

    `names` lists the values.

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_mels: mel bands behind the MFCC.
        n_mfcc: coefficients.
        n_bands: log mel bands.
    """

    def __init__(
        self,
        sample_rate: int,
        n_fft: int,
        hop_length: int,
        n_mels: int,
        n_mfcc: int = 20,
        n_bands: int = 40,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.sample_rate, self.n_fft, self.hop_length, self.n_mels = sample_rate, n_fft, hop_length, n_mels
        self.n_mfcc, self.n_bands = n_mfcc, n_bands
        self.log_mel = LogMelSpectrogram(sample_rate, n_fft, hop_length, n_bands, name="log_mel")
        self.mfcc = Mfcc(sample_rate, n_fft, hop_length, n_mels, n_mfcc, name="mfcc")
        self.octaves = sum(LOWEST * 2**octave < sample_rate / 2 for octave in range(OCTAVES))

    def names(self) -> list[str]:
        """The names of the values, in their order: ["zero-crossing rate mean", ...]."""
        sizes = {
            "zero-crossing rate": 1,
            "RMS": 1,
            "centroid": 1,
            "bandwidth": 1,
            "roll-off": 1,
            "contrast": self.octaves + 1,
            "MFCC": self.n_mfcc,
        }
        described = [f"{name} {i + 1}" if n > 1 else name for name, n in sizes.items() for i in range(n)]
        statistics = [f"{name} {statistic}" for statistic in ("mean", "deviation") for name in described]
        return statistics + [f"log mel band {band + 1} mean" for band in range(self.n_bands)]

    def build(self, input_shape: tuple) -> None:
        self.log_mel.build(input_shape)
        self.mfcc.build(input_shape)
        self.hertz = np.linspace(0, self.sample_rate / 2, self.n_fft // 2 + 1, dtype="float32")
        self.bands = _contrast_bands(self.hertz, self.octaves)

    def call(self, audio: KerasTensor) -> KerasTensor:
        real, imaginary = stft(audio, self.n_fft, self.hop_length)
        power = ops.square(real) + ops.square(imaginary)
        described = ops.concatenate(self.described(audio, power), axis=-1)
        decibels = self.log_mel.from_app(self.log_mel.of_power(power))
        return ops.concatenate(
            [ops.mean(described, axis=1), ops.std(described, axis=1), ops.mean(decibels, axis=(2, 3))], axis=-1
        )

    def described(self, audio: KerasTensor, power: KerasTensor) -> list[KerasTensor]:
        """The descriptors of every frame, (batch, frames, values) each, in the order of `names`.

        Args:
            audio: (batch, samples).
            power: (batch, frames, n_fft / 2 + 1), of the STFT of the audio.
        """
        magnitude = ops.sqrt(power)
        faint = FAINT * ops.max(magnitude, axis=(1, 2), keepdims=True)
        contrast = self._contrast(ops.maximum(magnitude, faint))
        magnitude = ops.where(magnitude > faint, magnitude, 0.0)
        total = ops.sum(magnitude, axis=-1, keepdims=True)
        share = magnitude / ops.maximum(total, SMALLEST_SUM)
        centroid = ops.sum(share * self.hertz, axis=-1, keepdims=True)
        bandwidth = ops.sqrt(ops.sum(share * ops.square(self.hertz - centroid), axis=-1, keepdims=True))
        below = ops.cast(ops.cumsum(magnitude, axis=-1) < ROLLED_OFF * total, "float32")
        rolloff = ops.sum(below, axis=-1, keepdims=True) * (self.sample_rate / self.n_fft)
        log_mel = self.mfcc.log_mel
        mfcc = self.mfcc.of_decibels(log_mel.from_app(log_mel.of_power(power)))
        mfcc = ops.transpose(mfcc[..., 0], (0, 2, 1))
        return [self._crossings(audio), self._rms(audio), centroid, bandwidth, rolloff, contrast, mfcc]

    def _crossings(self, audio: KerasTensor) -> KerasTensor:
        """(batch, frames, 1): share of a frame's samples with another sign than the sample before."""
        negative = ops.cast(audio < -SMALLEST_SAMPLE, "float32")
        changed = ops.abs(negative[:, 1:] - negative[:, :-1])
        return self._averaged(changed, self.n_fft - 1) * ((self.n_fft - 1) / self.n_fft)

    def _rms(self, audio: KerasTensor) -> KerasTensor:
        return ops.sqrt(self._averaged(ops.square(audio), self.n_fft))

    def _averaged(self, values: KerasTensor, width: int) -> KerasTensor:
        """(batch, samples) -> (batch, frames, 1) means, with zeros before and after."""
        half = self.n_fft // 2
        padded = ops.expand_dims(ops.pad(values, [[0, 0], [half, half]]), -1)
        return ops.average_pool(padded, width, self.hop_length, padding="valid")

    def _contrast(self, magnitude: KerasTensor) -> KerasTensor:
        """(batch, frames, bands): dB from the valley of each band to its peak."""
        peaks, valleys = [], []
        for first, last, n in self.bands:
            band = magnitude[..., first:last]
            peaks.append(ops.mean(ops.top_k(band, n)[0], axis=-1))
            valleys.append(-ops.mean(ops.top_k(-band, n)[0], axis=-1))
        peak, valley = (self.log_mel.from_app(ops.stack(ends, axis=-1)[..., None]) for ends in (peaks, valleys))
        return (peak - valley)[..., 0]


def _contrast_bands(hertz: np.ndarray, octaves: int) -> list[tuple[int, int, int]]:
    """The bins of each band: (first, last + 1, how many make its peak), by librosa's rules."""
    edges = [0, *(LOWEST * 2**octave for octave in range(octaves + 1))]
    bands = []
    for k, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        inside = np.flatnonzero((hertz >= low) & (hertz <= high))
        first = inside[0] - (k > 0)
        last = len(hertz) if k == octaves else inside[-1] + 1  # the last band reaches up to half the sample rate
        n = max(1, round(QUANTILE * (last - first)))
        bands.append((int(first), int(last - (k < octaves)), n))  # librosa counts one bin more than it takes
    return bands
