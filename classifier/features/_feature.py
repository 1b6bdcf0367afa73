"""What all features share: made from an audio format, saved with their settings."""

import inspect

import keras


class Feature(keras.layers.Layer):
    """A layer from a window of audio, (samples,), to what a model looks at, ending in a channel axis.

    A feature names its settings as arguments of `__init__` and keeps each under its name.
    """

    own_statistics = (-1,)  # axes along which every place is standardised by a mean and a variance of its own
    least_deviation = 0.0  # a place counts as varying at least so much, as a share of what all do on average

    @classmethod
    def from_audio_format(cls, audio_format, own_statistics=None, **settings):
        """The layer for an audio format; settings replace what that says, or a default; so do own_statistics."""
        agreed = {name: getattr(audio_format, name) for name in cls._settings() if hasattr(audio_format, name)}
        layer = cls(**{**agreed, **settings})
        if own_statistics:
            layer.own_statistics = own_statistics
        return layer

    @classmethod
    def _settings(cls):
        parameters = inspect.signature(cls.__init__).parameters.values()
        return [p.name for p in parameters if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD]

    def get_config(self):
        return {**super().get_config(), **{name: getattr(self, name) for name in self._settings()}}
