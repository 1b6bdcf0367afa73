"""Log mel spectrogram of short windows, as networks are given it that were taught AudioSet: YAMNet, VGGish."""

import keras
import numpy as np
from keras import ops

from classifier.features._feature import Feature
from classifier.features._filters import weighted

WINDOW_SECONDS, HOP_SECONDS = 0.025, 0.01
LOWEST, HIGHEST = 125, 7500  # Hz


@keras.saving.register_keras_serializable("features")
class LogMelFrames(Feature):
    """(samples,) -> (bands, frames, 1): natural logarithm of a mel spectrogram of magnitudes.

    A periodic Hann window of 25 ms every 10 ms, the first one from the first sample on and the last one within the
    window; triangles as high as each other on the HTK mel scale from 125 to 7500 Hz.

    Source: Hershey et al., ICASSP 2017, arXiv 1609.09430; github.com/tensorflow/models, research/audioset.

    Args:
        sample_rate: Hz, at least 15,000.
        offset: added before the logarithm.
        n_bands: bands.
    """

    def __init__(self, sample_rate, offset=0.001, n_bands=64, **kwargs):
        super().__init__(**kwargs)
        self.sample_rate, self.offset, self.n_bands = sample_rate, offset, n_bands
        self.window, self.hop = round(WINDOW_SECONDS * sample_rate), round(HOP_SECONDS * sample_rate)
        self.n_fft = 2 ** int(np.ceil(np.log2(self.window)))

    def build(self, input_shape):
        self.bands = triangles(self.sample_rate, self.n_fft, self.n_bands)

    def call(self, audio):
        aside = (self.n_fft - self.window) // 2  # keras sets the window in the middle of the FFT
        padded = ops.pad(audio, [[0, 0], [aside, self.n_fft - self.window - aside]])
        real, imaginary = ops.stft(padded, self.window, self.hop, self.n_fft, window="hann", center=False)
        magnitude = ops.sqrt(ops.square(real) + ops.square(imaginary))
        return ops.expand_dims(ops.log(weighted(magnitude, self.bands) + self.offset), -1)


def triangles(sample_rate, n_fft, n_bands):
    """(n_fft / 2 + 1, n_bands) float32: triangles whose sides are straight lines over mel, not over Hz."""
    edges = np.linspace(_mel(LOWEST), _mel(HIGHEST), n_bands + 2)
    mels = _mel(np.linspace(0, sample_rate / 2, n_fft // 2 + 1))[:, None]
    rising = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    weights[0] = 0  # a microphone's offset is no sound
    return weights.astype("float32")


def _mel(frequencies):
    return 1127 * np.log1p(np.asarray(frequencies) / 700)
