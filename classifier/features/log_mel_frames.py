"""Log mel spectrogram of the networks trained on AudioSet: YAMNet, VGGish."""

import keras
import numpy as np
from keras import KerasTensor, ops

from classifier.features._feature import Feature
from classifier.features._filters import weighted

WINDOW_SECONDS, HOP_SECONDS = 0.025, 0.01
LOWEST, HIGHEST = 125, 7500  # Hz


@keras.saving.register_keras_serializable("features")
class LogMelFrames(Feature):
    """(samples,) -> (bands, frames, 1): natural logarithm of a mel spectrogram of magnitudes.

    Frames of 25 ms every 10 ms under a periodic Hann window, from the first sample on, none beyond the last; triangles
    of equal height on the HTK mel scale from 125 to 7500 Hz.

    Source: Hershey et al., ICASSP 2017, arXiv 1609.09430; github.com/tensorflow/models, research/audioset.

    Args:
        sample_rate: Hz, at least 15,000.
        offset: added before the logarithm.
        n_bands: bands.
    """

    def __init__(self, sample_rate: int, offset: float = 0.001, n_bands: int = 64, **kwargs):
        super().__init__(**kwargs)
        self.sample_rate, self.offset, self.n_bands = sample_rate, offset, n_bands
        self.window, self.hop = round(WINDOW_SECONDS * sample_rate), round(HOP_SECONDS * sample_rate)
        self.n_fft = 2 ** int(np.ceil(np.log2(self.window)))

    def build(self, input_shape: tuple) -> None:
        self.bands = triangles(self.sample_rate, self.n_fft, self.n_bands)

    def call(self, audio: KerasTensor) -> KerasTensor:
        aside = (self.n_fft - self.window) // 2  # keras centres the window in the FFT
        padded = ops.pad(audio, [[0, 0], [aside, self.n_fft - self.window - aside]])
        real, imaginary = ops.stft(padded, self.window, self.hop, self.n_fft, window="hann", center=False)
        magnitude = ops.sqrt(ops.square(real) + ops.square(imaginary))
        return ops.expand_dims(ops.log(weighted(magnitude, self.bands) + self.offset), -1)


def triangles(sample_rate: int, n_fft: int, n_bands: int) -> np.ndarray:
    """(n_fft / 2 + 1, n_bands) float32: triangular filters, linear in mel, not in Hz."""
    edges = np.linspace(_mel(LOWEST), _mel(HIGHEST), n_bands + 2)
    mels = _mel(np.linspace(0, sample_rate / 2, n_fft // 2 + 1))[:, None]
    rising = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    weights[0] = 0  # 0 Hz, a microphone's offset
    return weights.astype("float32")


def _mel(frequencies: np.ndarray | float) -> np.ndarray:
    return 1127 * np.log1p(np.asarray(frequencies) / 700)
