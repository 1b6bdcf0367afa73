"""A pretrained network as a feature: from a window of audio to what it makes of each step."""

import keras
from keras import ops

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.features._feature import Feature
from classifier.pretrained import weights


@keras.saving.register_keras_serializable("pretrained")
class Embedding(Feature):
    """(samples,) -> (steps, values). Its weights stay as they were taught until `learn` says otherwise.

    Args:
        sample_rate: Hz.
        network: a file of classifier/pretrained.
        together: so many steps of the network are averaged to one.
        looped: steps of the silence that fills up the end of a window are replaced by the sounding ones over again.
        learning: so many of the network's last layers learn.
    """

    least_deviation = 0.3  # many values are for sounds that these recordings hardly have, and are not to be blown up

    def __init__(self, sample_rate, network, together=1, looped=False, learning=0, **kwargs):
        super().__init__(**kwargs)
        self.sample_rate, self.network, self.together, self.looped = sample_rate, network, together, looped
        pretrained = registry.load("pretrained", network)
        self.front_end, self.inner = pretrained.front_end(sample_rate), pretrained.network()
        self.learn(learning)

    @classmethod
    def from_audio_format(cls, audio_format, network, **settings):
        """The layer for an audio format, with the published weights, which are downloaded where they are not here yet.

        Raises:
            InputError: the audio format has another sample rate than the network hears, or there are no weights.
        """
        pretrained = registry.load("pretrained", network)
        if audio_format.sample_rate != pretrained.SAMPLE_RATE:
            raise InputError(
                f"{network} hears {pretrained.SAMPLE_RATE} Hz and this run has {audio_format.sample_rate}: leave out "
                "--sample-rate"
            )
        layer = super().from_audio_format(audio_format, network=network, **settings)
        pretrained.assign(layer.inner, weights.fetch(network))
        return layer

    def learn(self, layers):
        """Let the last so many layers of the network learn, and none of the others."""
        self.learning = layers
        weighty = [layer for layer in self.inner.layers if layer.weights]
        for i, layer in enumerate(weighty):
            layer.trainable = i >= len(weighty) - layers

    def build(self, input_shape):
        self.front_end.build(input_shape)

    def call(self, audio):
        x = self.inner(self.front_end(audio))
        if self.together > 1:
            x = ops.average_pool(x, self.together, self.together)
        return ops.take_along_axis(x, _sounding(audio, x.shape[1]), axis=1) if self.looped else x


def _sounding(audio, steps):
    """(batch, steps, 1) int: which steps to take, so that those before the silence at the end come over and over."""
    samples = audio.shape[1]
    places = ops.arange(1, samples + 1, dtype="float32")
    last = ops.max(ops.where(audio == 0, 0.0, places), axis=1, keepdims=True)
    sounding = ops.clip(ops.ceil(last * steps / samples), 1, steps)
    taken = ops.mod(ops.arange(steps, dtype="float32"), sounding)
    return ops.expand_dims(ops.cast(taken, "int32"), -1)
