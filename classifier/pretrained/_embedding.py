"""A pretrained network as a feature: from a window of audio to the embedding of each step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import keras
from keras import KerasTensor, ops

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.features._feature import Feature
from classifier.pretrained import weights

if TYPE_CHECKING:
    from classifier.records.audio_format import AudioFormat


@keras.saving.register_keras_serializable("pretrained")
class Embedding(Feature):
    """(samples,) -> (steps, values). Its weights stay as published unless `learn` says otherwise.

    Args:
        sample_rate: Hz.
        network: a file of classifier/pretrained.
        together: steps of the network that are averaged to one.
        looped: replace the steps of zeros at the end of a window by repetitions of the steps before them.
        learning: number of the network's last layers that are trained.
        blocks: numbers of a MobileNet's blocks, from 1, whose means over a window are the one step; () for its last.
    """

    least_deviation = 0.3  # many values hardly vary in these recordings, and must not be scaled up

    def __init__(
        self,
        sample_rate: int,
        network: str,
        together: int = 1,
        looped: bool = False,
        learning: int = 0,
        blocks: Sequence[int] = (),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.sample_rate, self.network, self.together, self.looped = sample_rate, network, together, looped
        self.blocks = tuple(blocks)
        pretrained = registry.load("pretrained", network)
        self.front_end = pretrained.front_end(sample_rate)
        self.inner = pretrained.network(heard=self.blocks) if blocks else pretrained.network()
        self.learn(learning)

    @classmethod
    def from_audio_format(cls, audio_format: "AudioFormat", *, network: str = "yamnet", **settings) -> Self:
        """The layer for an audio format, with the published weights, which are downloaded where they are missing.

        Raises:
            InputError: the network was trained on another sample rate, or the weights cannot be had.
        """
        pretrained = registry.load("pretrained", network)
        if audio_format.sample_rate != pretrained.SAMPLE_RATE:
            raise InputError(
                f"{network} takes {pretrained.SAMPLE_RATE} Hz and this run has {audio_format.sample_rate} Hz: "
                "leave out --sample-rate"
            )
        layer = super().from_audio_format(audio_format, network=network, **settings)
        pretrained.assign(layer.inner, weights.fetch(network))
        return layer

    def learn(self, layers: int) -> None:
        """Make the last so many layers of the network trainable, and no others."""
        self.learning = layers
        weighted = [layer for layer in self.inner.layers if layer.weights]
        for i, layer in enumerate(weighted):
            layer.trainable = i >= len(weighted) - layers

    def build(self, input_shape: tuple) -> None:
        self.front_end.build(input_shape)

    def call(self, audio: KerasTensor) -> KerasTensor:
        x = self.inner(self.front_end(audio))
        if self.together > 1:
            x = ops.average_pool(x, self.together, self.together)
        return ops.take_along_axis(x, _looped_steps(audio, x.shape[1]), axis=1) if self.looped else x


def _looped_steps(audio: KerasTensor, steps: int) -> KerasTensor:
    """(batch, steps, 1) int: indices that repeat the steps before the zeros at the end of a window."""
    samples = audio.shape[1]
    places = ops.arange(1, samples + 1, dtype="float32")
    last = ops.max(ops.where(audio == 0, 0.0, places), axis=1, keepdims=True)
    sounding = ops.clip(ops.ceil(last * steps / samples), 1, steps)
    taken = ops.mod(ops.arange(steps, dtype="float32"), sounding)
    return ops.expand_dims(ops.cast(taken, "int32"), -1)
