"""Short-time Fourier transform as librosa computes it: the first step of all spectrograms."""

import functools

import numpy as np
from keras import KerasTensor, ops

from classifier.features._feature import Feature


def stft(audio: KerasTensor, n_fft: int, hop_length: int, centred: bool = True) -> tuple[KerasTensor, KerasTensor]:
    """The spectrum at every hop: a periodic Hann window as long as the FFT, zeros before and after the audio.

    Args:
        audio: (batch, samples).
        n_fft, hop_length: samples. Where n_fft is not a power of two, the spectrum is a product with a matrix of
            n_fft * (n_fft + 2) floats, because phones have no FFT of that length.
        centred: whether zeros are added on both sides, so that frames are centred on the hops.

    Returns:
        real, imaginary: each (batch, frames, n_fft // 2 + 1).
    """
    half = n_fft // 2 if centred else 0
    padded = ops.pad(audio, [[0, 0], [half, half]])  # keras centres frames by mirroring, librosa by zeros
    if n_fft & (n_fft - 1) == 0:
        return ops.stft(padded, n_fft, hop_length, n_fft, window="hann", center=False)
    frames, (cosines, sines) = ops.extract_sequences(padded, n_fft, hop_length), _waves(n_fft)
    return ops.matmul(frames, cosines), ops.matmul(frames, sines)


@functools.cache
def _waves(n_fft: int) -> tuple[np.ndarray, np.ndarray]:
    """Windowed cosines and sines to multiply a frame by: each (n_fft, n_fft // 2 + 1) float32."""
    turns = np.outer(np.arange(n_fft), np.arange(n_fft // 2 + 1)) % n_fft / n_fft
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    waves = window[:, None] * np.exp(-2j * np.pi * turns)
    return waves.real.astype("float32"), waves.imag.astype("float32")


class Stft(Feature):
    """(samples,) -> (bins, frames, channels): the `channels` that a subclass computes from the spectrum.

    Args:
        n_fft, hop_length: samples.
        skip_dc: leave out the first bin, 0 Hz, a microphone's offset: n_fft / 2 bins are left.
    """

    def __init__(self, n_fft: int, hop_length: int, skip_dc: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.n_fft, self.hop_length, self.skip_dc = n_fft, hop_length, skip_dc

    def call(self, audio: KerasTensor) -> KerasTensor:
        real, imaginary = stft(audio, self.n_fft, self.hop_length)
        first = int(self.skip_dc)
        channels = self.channels(real[:, :, first:], imaginary[:, :, first:])
        return ops.transpose(ops.stack(channels, axis=-1), (0, 2, 1, 3))

    def channels(self, real: KerasTensor, imaginary: KerasTensor) -> list[KerasTensor]:
        """Channels, each (batch, frames, bins), as are real and imaginary."""
        raise NotImplementedError
