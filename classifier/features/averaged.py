"""Several features, each averaged over time, side by side."""

from collections.abc import Sequence
from functools import partial

import keras
from keras import KerasTensor, ops

from classifier.features._feature import Feature
from classifier.features._several import Several
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc


@keras.saving.register_keras_serializable("features")
class Averaged(Several):
    """(samples,) -> (bands, columns, 1), one column per channel of a feature; or (values,), all of them concatenated.

    Args:
        features: layers with outputs (bands, frames, channels), or (values,) that are averages already.
        as_columns: whether the output is columns, of equal length, or a vector.

    Raises:
        ValueError: with as_columns, the features have different numbers of bands.
    """

    usual = (partial(Mfcc.from_audio_format, n_mfcc=40), partial(LogMelSpectrogram.from_audio_format, n_mels=40))

    def __init__(self, features: Sequence[Feature], as_columns: bool = True, **kwargs):
        super().__init__(features, **kwargs)
        self.as_columns = as_columns
        self.own_statistics = (2,) if as_columns else (-1,)

    def call(self, audio: KerasTensor) -> KerasTensor:
        means = [self._columns(feature(audio)) for feature in self.features]
        if self.as_columns:
            self.check_bands(means)
            return ops.expand_dims(ops.concatenate(means, axis=-1), -1)
        return ops.concatenate([keras.layers.Flatten()(mean) for mean in means], axis=-1)

    @staticmethod
    def _columns(output: KerasTensor) -> KerasTensor:
        """(batch, bands, frames, channels) or (batch, values) -> (batch, bands, channels)."""
        return ops.expand_dims(output, -1) if len(output.shape) == 2 else ops.mean(output, axis=2)
