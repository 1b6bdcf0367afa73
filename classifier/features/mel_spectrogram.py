"""Power mel spectrogram, equal to librosa.feature.melspectrogram at its defaults."""

import keras
from keras import ops

from classifier.features._filters import Filters, weighted


@keras.saving.register_keras_serializable("features")
class MelSpectrogram(Filters):
    """(samples,) -> (bands, frames, 1) power.

    A periodic Hann window as long as the FFT, centred on every hop, with silence before the first sample and after the
    last; Slaney's mel bands of equal area from 0 Hz to half the sample rate.

    Args:
        sample_rate: Hz.
        n_fft, hop_length: samples.
        n_mels: bands.
    """

    def __init__(self, sample_rate, n_fft, hop_length, n_mels, **kwargs):
        super().__init__(**kwargs)
        self.sample_rate, self.n_fft, self.hop_length, self.n_mels = sample_rate, n_fft, hop_length, n_mels

    def build(self, input_shape):
        from librosa.filters import mel  # here, because a model that is only looked at does not need it

        self.bands = mel(sr=self.sample_rate, n_fft=self.n_fft, n_mels=self.n_mels).T  # (n_fft / 2 + 1, n_mels)

    def call(self, audio):
        return ops.expand_dims(self.filtered(audio), -1)

    def of_power(self, power):
        """What `call` makes of the power of an STFT, (batch, frames, n_fft / 2 + 1), where that is there already."""
        return ops.expand_dims(weighted(power, self.bands), -1)
