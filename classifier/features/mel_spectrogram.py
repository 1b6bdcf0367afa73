"""Power mel spectrogram, equal to librosa.feature.melspectrogram at its defaults."""

import keras
from keras import KerasTensor, ops

from classifier.audio.spectrograms import WIDEST
from classifier.features._filters import Filters, weighted


@keras.saving.register_keras_serializable("features")
class MelSpectrogram(Filters):
    """(samples,) -> (bands, frames, 1) power.

    A periodic Hann window as long as the FFT, centred on every hop, with zeros before the first sample and after the
    last; Slaney's mel bands of equal area from 0 Hz to half the sample rate. Above WIDEST the mel scale is stretched in
    proportion, where librosa's would give most bands to a few lines of the FFT: ears know nothing of ultrasound.

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_mels: bands.
    """

    def __init__(self, sample_rate: int, n_fft: int, hop_length: int, n_mels: int, **kwargs):
        super().__init__(**kwargs)
        self.sample_rate, self.n_fft, self.hop_length, self.n_mels = sample_rate, n_fft, hop_length, n_mels

    def build(self, input_shape: tuple) -> None:
        from librosa.filters import mel  # here, because reading a saved model does not need it

        rate = min(self.sample_rate, WIDEST)
        self.bands = mel(sr=rate, n_fft=self.n_fft, n_mels=self.n_mels).T  # (n_fft / 2 + 1, n_mels)

    def call(self, audio: KerasTensor) -> KerasTensor:
        return ops.expand_dims(self.filtered(audio), -1)

    def of_power(self, power: KerasTensor) -> KerasTensor:
        """As `call`, from the power of an STFT: (batch, frames, n_fft / 2 + 1) -> (batch, bands, frames, 1)."""
        return ops.expand_dims(weighted(power, self.bands), -1)
