"""Features made of other features."""

import keras

from classifier.features._feature import Feature


class Several(Feature):
    """A feature that puts other features together, and is saved with them.

    Args:
        features: layers of classifier/features.
    """

    usual = ()  # the features of from_audio_format where none are named: each audio format -> layer

    def __init__(self, features, **kwargs):
        super().__init__(**kwargs)
        self.features = list(features)

    @classmethod
    def from_audio_format(cls, audio_format, features=None, **settings):
        """The layer for an audio format.

        Args:
            features: each a layer, or a function such as `LogMelSpectrogram.from_audio_format`; the class's usual
                ones where not given.
        """
        made = [each if isinstance(each, Feature) else each(audio_format) for each in features or cls.usual]
        return super().from_audio_format(audio_format, features=made, **settings)

    def build(self, input_shape):
        for feature in self.features:
            feature.build(input_shape)

    def equal_bands(self, outputs):
        """Make sure that the features' outputs, (batch, bands, ...) each, have as many bands.

        Raises:
            ValueError: they have not; the message lists how many each has.
        """
        bands = [output.shape[1] for output in outputs]
        if len(set(bands)) > 1:
            listed = ", ".join(f"{type(feature).__name__} {n}" for feature, n in zip(self.features, bands, strict=True))
            raise ValueError(f"{type(self).__name__} needs features with as many bands each; got {listed}")

    def get_config(self):
        return {**super().get_config(), "features": [keras.saving.serialize_keras_object(f) for f in self.features]}

    @classmethod
    def from_config(cls, config):
        features = [keras.saving.deserialize_keras_object(feature) for feature in config["features"]]
        return super().from_config({**config, "features": features})
