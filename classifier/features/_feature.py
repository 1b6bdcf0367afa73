"""The base of all features: made from an audio format, saved with their settings."""

import inspect
from typing import TYPE_CHECKING, Self

import keras

from classifier.features import _silence  # noqa: F401  a saved model that has features has these layers, too

if TYPE_CHECKING:
    from classifier.records.audio_format import AudioFormat


class Feature(keras.layers.Layer):
    """A layer from a window of audio, (samples,), to the input of a model's body, ending in a channel axis.

    A feature names its settings as arguments of `__init__` and keeps each in an attribute of that name.
    """

    own_statistics: tuple[int, ...] = (-1,)  # axes along which each index has its own mean and variance
    is_causal = False  # whether no value depends on a sample that comes after its frame
    least_deviation = 0.0  # lower limit of each standard deviation, as a share of their mean

    @classmethod
    def from_audio_format(
        cls, audio_format: "AudioFormat", *, own_statistics: tuple[int, ...] | None = None, **settings
    ) -> Self:
        """The layer for an audio format.

        Args:
            own_statistics: replaces the attribute of the class.
            settings: replace values of the audio format, or defaults of `__init__`.
        """
        agreed = {name: getattr(audio_format, name) for name in cls._settings() if hasattr(audio_format, name)}
        layer = cls(**{**agreed, **settings})
        if own_statistics:
            layer.own_statistics = own_statistics
        return layer

    @classmethod
    def _settings(cls) -> list[str]:
        parameters = inspect.signature(cls.__init__).parameters.values()
        return [p.name for p in parameters if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD]

    def get_config(self) -> dict:
        return {**super().get_config(), **{name: getattr(self, name) for name in self._settings()}}
