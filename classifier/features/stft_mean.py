"""Mean spectrum: magnitudes of the short-time Fourier transform, averaged over time.

Source: github.com/watch-nomo/audio-classifier (its README).
"""

from typing import TYPE_CHECKING, Self

import keras
from keras import KerasTensor, ops

from classifier.features._feature import Feature
from classifier.features._stft import stft

if TYPE_CHECKING:
    from classifier.records.audio_format import AudioFormat

SMALLEST_RANGE = 1e-10  # of a mean spectrum; that of digital silence is 0, and stays 0


@keras.saving.register_keras_serializable("features")
class StftMean(Feature):
    """(samples,) -> (n_fft // 2 + 1,).

    Args:
        n_fft, hop_length: samples.
        scaled: scale each window to [0, 1], however loud it is: subtract its minimum, divide by its range.
    """

    def __init__(self, n_fft: int = 512, hop_length: int = 256, scaled: bool = True, **kwargs):
        super().__init__(**kwargs)
        self.n_fft, self.hop_length, self.scaled = n_fft, hop_length, scaled

    @classmethod
    def from_audio_format(cls, audio_format: "AudioFormat", **settings) -> Self:
        """The layer, with the source's STFT whatever the audio format's is; settings replace the defaults."""
        return cls(**settings)

    def call(self, audio: KerasTensor) -> KerasTensor:
        real, imaginary = stft(audio, self.n_fft, self.hop_length)
        mean = ops.mean(ops.sqrt(ops.square(real) + ops.square(imaginary)), axis=1)
        if not self.scaled:
            return mean
        rest = mean - ops.min(mean, axis=1, keepdims=True)
        return rest / ops.maximum(ops.max(rest, axis=1, keepdims=True), SMALLEST_RANGE)
