"""Features made of other features."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

import keras
from keras import KerasTensor

from classifier.features._feature import Feature

if TYPE_CHECKING:
    from classifier.records.audio_format import AudioFormat


class Several(Feature):
    """A feature that combines other features and is saved with them.

    Args:
        features: layers of classifier/features.
    """

    usual: tuple[Callable[..., Feature], ...] = ()  # the default of from_audio_format

    def __init__(self, features: Sequence[Feature], **kwargs):
        super().__init__(**kwargs)
        self.features = list(features)

    @classmethod
    def from_audio_format(
        cls,
        audio_format: "AudioFormat",
        *,
        features: Sequence[Feature | Callable[..., Feature]] | None = None,
        **settings,
    ) -> Self:
        """The layer for an audio format.

        Args:
            features: each a layer, or a function such as `LogMelSpectrogram.from_audio_format`; None takes `usual`.
        """
        made = [each if isinstance(each, Feature) else each(audio_format) for each in features or cls.usual]
        return super().from_audio_format(audio_format, features=made, **settings)

    def build(self, input_shape: tuple) -> None:
        for feature in self.features:
            feature.build(input_shape)

    def check_bands(self, outputs: Sequence[KerasTensor]) -> None:
        """Check that the outputs of the features, (batch, bands, ...) each, have the same number of bands.

        Raises:
            ValueError: they have not; the message lists the number of each.
        """
        bands = [output.shape[1] for output in outputs]
        if len(set(bands)) > 1:
            listed = ", ".join(f"{type(feature).__name__} {n}" for feature, n in zip(self.features, bands, strict=True))
            raise ValueError(f"{type(self).__name__} needs features with the same number of bands; got {listed}")

    def get_config(self) -> dict:
        return {**super().get_config(), "features": [keras.saving.serialize_keras_object(f) for f in self.features]}

    @classmethod
    def from_config(cls, config: dict) -> Self:
        features = [keras.saving.deserialize_keras_object(feature) for feature in config["features"]]
        return super().from_config({**config, "features": features})
