"""VGGish: VGG trained on the sounds of millions of videos; an embedding of 128 values of 8 bits per 0.96 s.

Source: github.com/tensorflow/models, research/audioset/vggish; Hershey et al., ICASSP 2017, arXiv 1609.09430; Simonyan
    & Zisserman, ICLR 2015, arXiv 1409.1556
Differs: the 8 bits are scaled to [-1, 1], as the classifiers of AudioSet read them.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import KerasTensor, layers, ops

from classifier.core.console import quiet_libraries
from classifier.core.errors import InputError
from classifier.features.log_mel_frames import LogMelFrames
from classifier.pretrained import weights
from classifier.pretrained._embedding import Embedding

if TYPE_CHECKING:
    from classifier.records.audio_format import AudioFormat

SAMPLE_RATE = 16_000
OFFSET = 0.01  # before the logarithm
BANDS, FRAMES = 64, 96  # of an example
VALUES = 128  # of an embedding
CONVOLUTIONS = [  # name in the published file, filters, pooled
    ("conv1", 64, True),
    ("conv2", 128, True),
    ("conv3/conv3_1", 256, False),
    ("conv3/conv3_2", 256, True),
    ("conv4/conv4_1", 512, False),
    ("conv4/conv4_2", 512, True),
]
DENSE = [  # name in the published file, units, activation
    ("fc1/fc1_1", 4096, "relu"),
    ("fc1/fc1_2", 4096, "relu"),
    ("fc2", VALUES, None),  # older code has a ReLU here, which sets every value below 0 to 0
]
VARIABLES = ("weights", "biases")
MAX_VALUE = 2.0  # values are clipped to [-MAX_VALUE, MAX_VALUE]
PCA = "vggish_pca_params.npz"  # beside the checkpoint
PCA_URL = f"https://storage.googleapis.com/audioset/{PCA}"
SHORTEST = 0.975  # seconds of an example: FRAMES frames
TOO_SHORT = f"VGGish needs windows of {SHORTEST:g} s or more: take longer ones (--window)"

front_end = partial(LogMelFrames, offset=OFFSET)


def embedding(audio_format: "AudioFormat", **settings) -> Embedding:
    """VGGish as one layer, (samples,) -> (examples, 128).

    Raises:
        InputError: windows are shorter than an example, or as of `Embedding.from_audio_format`.
    """
    if audio_format.seconds < SHORTEST:
        raise InputError(TOO_SHORT)
    return Embedding.from_audio_format(audio_format, network="vggish", **settings)


def network() -> keras.Model:
    """Keras model (bands, frames, 1) -> (examples, 128)."""
    image = keras.Input((BANDS, None, 1))
    x = Examples()(image)
    for _, filters, pooled in CONVOLUTIONS:
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        if pooled:
            x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Flatten()(x)
    for _, units, activation in DENSE:
        x = layers.Dense(units, activation=activation)(x)
    x = layers.Dense(VALUES, name="pca")(x)
    return keras.Model(image, InOrder()([EightBits()(x), image]))


@keras.saving.register_keras_serializable("pretrained")
class Examples(layers.Layer):
    """(batch, bands, frames, 1) -> (batch * examples, 96, bands, 1): consecutive examples, the rest is dropped.

    Time is the first axis of an example, as in the published network, so that its weights fit unchanged.
    """

    def call(self, image: KerasTensor) -> KerasTensor:
        _examples(image.shape)
        bands, frames = image.shape[1:3]
        rows = ops.transpose(image[:, :, : frames // FRAMES * FRAMES, 0], (0, 2, 1))
        return ops.reshape(rows, (-1, FRAMES, bands, 1))

    def compute_output_shape(self, image: tuple) -> tuple:
        _examples(image)
        return None, FRAMES, image[1], 1


@keras.saving.register_keras_serializable("pretrained")
class EightBits(layers.Layer):
    """Values clipped to [-2, 2], quantised to 256 steps, scaled to [-1, 1]."""

    def call(self, x: KerasTensor) -> KerasTensor:
        x = (ops.clip(x, -MAX_VALUE, MAX_VALUE) + MAX_VALUE) * (255 / (2 * MAX_VALUE))
        straight_through = x - ops.stop_gradient(x)  # 0; it passes the gradient, which is 0 through steps
        return (ops.floor(x) + straight_through) / 128 - 1


@keras.saving.register_keras_serializable("pretrained")
class InOrder(layers.Layer):
    """[(batch * examples, values), the image they are from] -> (batch, examples, values)."""

    def call(self, inputs: list[KerasTensor]) -> KerasTensor:
        x, image = inputs
        return ops.reshape(x, (-1, _examples(image.shape), x.shape[-1]))

    def compute_output_shape(self, shapes: list[tuple]) -> tuple:
        x, image = shapes
        return image[0], _examples(image), x[-1]


def _examples(image: tuple) -> int | None:
    """The number of examples in an image of this shape; None where its number of frames is not known yet.

    Raises:
        ValueError: there is not even one.
    """
    frames = image[2]
    if frames is None:
        return None
    if frames < FRAMES:
        raise ValueError(TOO_SHORT)
    return frames // FRAMES


def assign(network: keras.Model, path: Path) -> None:
    """Load the weights of the published checkpoint, and of the PCA file beside it.

    Raises:
        InputError: one of the two is missing or holds something else.
    """
    pca, (*others, last) = _pca(path.with_name(PCA)), [layer for layer in network.layers if layer.weights]
    shapes, names = {}, [[f"vggish/{name}/{variable}" for variable in VARIABLES] for name, *_ in CONVOLUTIONS + DENSE]
    for layer, own in zip(others, names, strict=True):
        shapes.update(zip(own, (variable.shape for variable in layer.weights), strict=True))
    held = _checkpoint(path, shapes)
    for layer, own in zip(others, names, strict=True):
        layer.set_weights([held[name] for name in own])
    last.set_weights(pca)


def _checkpoint(path: Path, shapes: dict[str, tuple]) -> dict[str, np.ndarray]:
    """{name: array} of a TensorFlow checkpoint: one file, or in the newer format two, ending in .index and .data.

    Args:
        shapes: {name: shape} of the arrays it must have.
    """
    with quiet_libraries():
        import tensorflow as tf

    if not path.is_file() and not path.with_name(f"{path.name}.index").is_file():
        raise _unusable(path, "is missing")
    try:
        reader = tf.train.load_checkpoint(str(path))
        there = reader.get_variable_to_shape_map()
        held = {name: reader.get_tensor(name) for name in shapes if name in there}
    except (tf.errors.OpError, IndexError, RuntimeError, ValueError) as error:
        raise _unusable(path, f"is damaged, or not a checkpoint ({str(error).splitlines()[0]})") from None
    for name, shape in shapes.items():
        if name not in held:
            raise _unusable(path, f"has no {name}")
        if held[name].shape != shape:
            raise _unusable(path, f"has {name} of shape {held[name].shape}, not {shape}")
    return held


def _pca(path: Path) -> list[np.ndarray]:
    """Kernel (128, 128) and bias (128,) of the dense layer that subtracts the means and whitens."""
    if not path.is_file():
        raise _unusable(path, "is missing", PCA_URL)
    try:
        with np.load(path) as held:
            vectors, means = held["pca_eigen_vectors"], held["pca_means"]
    except Exception as error:  # numpy's, or any of the zip file in it
        raise _unusable(path, f"is damaged, or not a PCA file ({error})", PCA_URL) from None
    if vectors.shape != (VALUES, VALUES) or means.size != VALUES:
        raise _unusable(path, f"has arrays of shapes {vectors.shape} and {means.shape}", PCA_URL)
    return [vectors.T, -vectors @ means.reshape(-1)]


def _unusable(path: Path, problem: str, url: str | None = None) -> InputError:
    url = url or weights.PUBLISHED["vggish"].url
    return InputError(f"{path} {problem}: download {url} (Apache-2.0, Google) and put it into {path.parent}")
