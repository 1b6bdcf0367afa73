"""Several features, each averaged over time, side by side."""

from functools import partial

import keras
from keras import ops

from classifier.features._several import Several
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc


@keras.saving.register_keras_serializable("features")
class Averaged(Several):
    """(samples,) -> (bands, columns, 1), a column per channel of a feature; or (values,), all of them in a row.

    Args:
        features: layers, each giving (bands, frames, channels), or (values,) that are averages already.
        as_columns: whether they are columns, which must be as long; or a vector.

    Raises:
        ValueError: they are to be columns, and are not as long.
    """

    usual = (partial(Mfcc.from_audio_format, n_mfcc=40), partial(LogMelSpectrogram.from_audio_format, n_mels=40))

    def __init__(self, features, as_columns=True, **kwargs):
        super().__init__(features, **kwargs)
        self.as_columns = as_columns

    @property
    def own_statistics(self):
        return (2,) if self.as_columns else (-1,)

    def call(self, audio):
        means = [self._columns(feature(audio)) for feature in self.features]
        if self.as_columns:
            self.equal_bands(means)
            return ops.expand_dims(ops.concatenate(means, axis=-1), -1)
        return ops.concatenate([keras.layers.Flatten()(mean) for mean in means], axis=-1)

    @staticmethod
    def _columns(output):
        """(batch, bands, frames, channels) or (batch, values) -> (batch, bands, channels)."""
        return ops.expand_dims(output, -1) if len(output.shape) == 2 else ops.mean(output, axis=2)
