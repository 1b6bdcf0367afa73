"""Short-time Fourier transform as librosa computes it: what all spectrograms begin with."""

import functools

import numpy as np
from keras import ops

from classifier.features._feature import Feature


def stft(audio, n_fft, hop_length):
    """The spectrum at every hop: a periodic Hann window as long as the FFT, silence before the first and after the last
    sample.

    Args:
        audio: (batch, samples).
        n_fft, hop_length: samples. Where n_fft is no power of two, the spectrum is a product with a matrix of
            n_fft * (n_fft + 2) floats, for phones have no FFT of that length.

    Returns:
        real, imaginary: each (batch, frames, n_fft // 2 + 1).
    """
    half = n_fft // 2
    padded = ops.pad(audio, [[0, 0], [half, half]])  # keras centres by mirroring, librosa by silence
    if n_fft & (n_fft - 1) == 0:
        return ops.stft(padded, n_fft, hop_length, n_fft, window="hann", center=False)
    frames, (cosines, sines) = ops.extract_sequences(padded, n_fft, hop_length), _waves(n_fft)
    return ops.matmul(frames, cosines), ops.matmul(frames, sines)


@functools.cache
def _waves(n_fft):
    """Windowed cosines and sines that a frame is multiplied with: each (n_fft, n_fft // 2 + 1) float32."""
    turns = np.outer(np.arange(n_fft), np.arange(n_fft // 2 + 1)) % n_fft / n_fft
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    waves = window[:, None] * np.exp(-2j * np.pi * turns)
    return waves.real.astype("float32"), waves.imag.astype("float32")


class Stft(Feature):
    """(samples,) -> (bins, frames, channels): what a subclass makes of the spectrum in `channels`.

    Args:
        n_fft, hop_length: samples.
        skip_dc: leave out the first bin, so that there are n_fft / 2: what a microphone adds at 0 Hz is no sound.
    """

    def __init__(self, n_fft, hop_length, skip_dc=False, **kwargs):
        super().__init__(**kwargs)
        self.n_fft, self.hop_length, self.skip_dc = n_fft, hop_length, skip_dc

    def call(self, audio):
        real, imaginary = stft(audio, self.n_fft, self.hop_length)
        first = int(self.skip_dc)
        channels = self.channels(real[:, :, first:], imaginary[:, :, first:])
        return ops.transpose(ops.stack(channels, axis=-1), (0, 2, 1, 3))

    def channels(self, real, imaginary):
        """A list of channels, each (batch, frames, bins), as are real and imaginary."""
        raise NotImplementedError
