"""Mel-frequency cepstral coefficients, equal to librosa.feature.mfcc."""

import keras
from keras import KerasTensor, ops

from classifier.features._feature import Feature
from classifier.features.log_mel_spectrogram import LogMelSpectrogram


@keras.saving.register_keras_serializable("features")
class Mfcc(Feature):
    """(samples,) -> (coefficients, frames, 1): the log mel spectrogram's cosine transform (DCT-II, orthonormal).

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_mels: bands of the log mel spectrogram.
        n_mfcc: coefficients kept, at most n_mels.

    Raises:
        ValueError: more coefficients than bands.
    """

    own_statistics = (1, -1)  # a coefficient's spread falls with its number, and the first's mean is far from 0

    def __init__(self, sample_rate: int, n_fft: int, hop_length: int, n_mels: int, n_mfcc: int = 40, **kwargs):
        super().__init__(**kwargs)
        if n_mfcc > n_mels:
            raise ValueError(f"{n_mels} mel bands have no {n_mfcc} coefficients (n_mfcc): take more bands")
        self.sample_rate, self.n_fft, self.hop_length, self.n_mels = sample_rate, n_fft, hop_length, n_mels
        self.n_mfcc = n_mfcc
        self.log_mel = LogMelSpectrogram(sample_rate, n_fft, hop_length, n_mels, name="log_mel")

    def build(self, input_shape: tuple) -> None:
        import numpy as np
        from scipy.fft import dct

        self.log_mel.build(input_shape)
        self.cosines = dct(np.eye(self.n_mels), norm="ortho")[:, : self.n_mfcc].astype("float32")

    def call(self, audio: KerasTensor) -> KerasTensor:
        return self.of_decibels(self.log_mel(audio))

    def of_decibels(self, decibels: KerasTensor) -> KerasTensor:
        """As `call`, from a log mel spectrogram: (batch, n_mels, frames, 1) -> (batch, n_mfcc, frames, 1)."""
        frames = ops.transpose(decibels[..., 0], (0, 2, 1))
        return ops.expand_dims(ops.transpose(ops.matmul(frames, self.cosines), (0, 2, 1)), -1)
