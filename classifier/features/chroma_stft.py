"""Chroma from a power spectrogram, equal to librosa.feature.chroma_stft without tuning."""

import keras
from keras import KerasTensor, ops

from classifier.features._filters import Filters

SMALLEST = 1e-30  # a frame with all values below it is digital silence and stays 0


@keras.saving.register_keras_serializable("features")
class ChromaStft(Filters):
    """(samples,) -> (n_chroma, frames, 1), from C upwards, a frame's largest value 1; 0 in digital silence.

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_chroma: chroma bins per octave.
    """

    def __init__(self, sample_rate: int, n_fft: int, hop_length: int, n_chroma: int = 12, **kwargs):
        super().__init__(**kwargs)
        self.sample_rate, self.n_fft, self.hop_length, self.n_chroma = sample_rate, n_fft, hop_length, n_chroma

    def build(self, input_shape: tuple) -> None:
        from librosa.filters import chroma

        self.bands = chroma(sr=self.sample_rate, n_fft=self.n_fft, n_chroma=self.n_chroma).T

    def call(self, audio: KerasTensor) -> KerasTensor:
        chroma = self.filtered(audio)
        return ops.expand_dims(chroma / ops.maximum(ops.max(chroma, axis=1, keepdims=True), SMALLEST), -1)
