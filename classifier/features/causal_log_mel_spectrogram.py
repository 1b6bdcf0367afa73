"""Mel spectrogram in decibels whose frames end where they are heard: for streams.

Differs from `log_mel_spectrogram`: no frame reaches beyond its hop, no value depends on the loudest of the window, and
the two bins that a constant (DC) offset is in under a Hann window are left out, as the mean of a stream is not known.
"""

import keras
from keras import KerasTensor, ops

from classifier.features._decibels import level
from classifier.features.mel_spectrogram import MelSpectrogram


@keras.saving.register_keras_serializable("features")
class CausalLogMelSpectrogram(MelSpectrogram):
    """(samples,) -> (bands, frames, 1) dB; the last frame ends with the window.

    Before the first sample stands its value, as often as makes the number of frames a multiple of `together`.

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_mels: bands.
        together: frames that a network takes at once in a stream.
    """

    is_causal = True

    def __init__(self, sample_rate: int, n_fft: int, hop_length: int, n_mels: int, together: int = 1, **kwargs):
        super().__init__(sample_rate, n_fft, hop_length, n_mels, **kwargs)
        self.together = together

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        self.bands[:2] = 0

    @property
    def past(self) -> int:
        """Samples that the first frame of a hop begins before it."""
        return self.n_fft - self.hop_length

    @property
    def hop(self) -> int:
        """The shortest hop of a stream, in samples."""
        return self.together * self.hop_length

    def call(self, audio: KerasTensor) -> KerasTensor:
        return self.behind(ops.pad(audio - audio[:, :1], [[0, 0], [self.past + -audio.shape[1] % self.hop, 0]]))

    def behind(self, audio: KerasTensor) -> KerasTensor:
        """(past + n * hop_length samples,) -> (bands, n, 1) dB: of the samples behind the first `past`."""
        return ops.expand_dims(level(self.filtered(audio, centred=False)), -1)
