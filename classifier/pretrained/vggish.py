"""VGGish: VGG taught the sounds of millions of videos; of each example of 0.96 s it makes 128 values of 8 bits.

Source: github.com/tensorflow/models, research/audioset/vggish; Hershey et al., ICASSP 2017, arXiv 1609.09430;
    Simonyan & Zisserman, ICLR 2015, arXiv 1409.1556
Differs: the 8 bits go on as the classifiers of AudioSet read them, from -1 to 1.
"""

from functools import partial

import keras
import numpy as np
from keras import layers, ops

from classifier.core.console import quiet_libraries
from classifier.core.errors import InputError
from classifier.features.log_mel_frames import LogMelFrames
from classifier.pretrained import weights
from classifier.pretrained._embedding import Embedding

SAMPLE_RATE = 16_000
OFFSET = 0.01  # before the logarithm
BANDS, FRAMES = 64, 96  # of an example
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
    ("fc2", 128, None),  # older code has a ReLU here, which loses every value below 0
]
KINDS = ("weights", "biases")
VALUES = DENSE[-1][1]
MOST = 2.0  # values end here, and at -MOST
PCA = "vggish_pca_params.npz"  # beside the checkpoint
PCA_URL = f"https://storage.googleapis.com/audioset/{PCA}"
SHORTEST = 0.975  # seconds that have so many frames
TOO_SHORT = f"VGGish hears examples of {SHORTEST:g} s and windows are shorter: take longer ones (--window)"

front_end = partial(LogMelFrames, offset=OFFSET)


def embedding(audio_format, **settings):
    """All that follows as one layer.

    Raises:
        InputError: as `Embedding.from_audio_format`, or windows are shorter than an example.
    """
    if audio_format.seconds < SHORTEST:
        raise InputError(TOO_SHORT)
    return Embedding.from_audio_format(audio_format, network="vggish", **settings)


def network():
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
    """(batch, bands, frames, 1) -> (batch * examples, 96, bands, 1): an example after the other, a rest is dropped.

    Time goes down an example, as in the published network, so that its weights are taken as they are.
    """

    def call(self, image):
        n, bands = _examples(image.shape), image.shape[1]
        rows = ops.transpose(image[:, :, : n * FRAMES, 0], (0, 2, 1))
        return ops.reshape(rows, (-1, FRAMES, bands, 1))

    def compute_output_shape(self, image):
        _examples(image)
        return None, FRAMES, image[1], 1


@keras.saving.register_keras_serializable("pretrained")
class EightBits(layers.Layer):
    """Values end at -2 and 2, are kept as one of 256 steps, and go from -1 to 1."""

    def call(self, x):
        x = (ops.clip(x, -MOST, MOST) + MOST) * (255 / (2 * MOST))
        passed = x - ops.stop_gradient(x)  # 0, but steps have no slope: without it no layer before them could learn
        return (ops.floor(x) + passed) / 128 - 1


@keras.saving.register_keras_serializable("pretrained")
class InOrder(layers.Layer):
    """[(batch * examples, values), the image they are from] -> (batch, examples, values)."""

    def call(self, inputs):
        x, image = inputs
        return ops.reshape(x, (-1, _examples(image.shape), x.shape[-1]))

    def compute_output_shape(self, shapes):
        x, image = shapes
        return image[0], _examples(image), x[-1]


def _examples(image):
    """How many examples there are in an image of this shape; None where its frames are not known yet."""
    frames = image[2]
    if frames is None:
        return None
    if frames < FRAMES:
        raise ValueError(TOO_SHORT)
    return frames // FRAMES


def assign(network, path):
    """Give the network the weights of the published checkpoint, and of the PCA file that lies beside it.

    Raises:
        InputError: one of the two is missing or holds something else.
    """
    pca, (*others, last) = _pca(path.with_name(PCA)), [layer for layer in network.layers if layer.weights]
    shapes, names = {}, [[f"vggish/{name}/{kind}" for kind in KINDS] for name, *_ in CONVOLUTIONS + DENSE]
    for layer, own in zip(others, names, strict=True):
        shapes.update(zip(own, (variable.shape for variable in layer.weights), strict=True))
    held = _checkpoint(path, shapes)
    for layer, own in zip(others, names, strict=True):
        layer.set_weights([held[name] for name in own])
    last.set_weights(pca)


def _checkpoint(path, shapes):
    """The arrays of a checkpoint of TensorFlow: one file, or a newer one, which has .index and .data behind its name.

    Args:
        shapes: {name: shape} of those it must have.
    """
    with quiet_libraries():
        import tensorflow as tf

    if not path.is_file() and not path.with_name(f"{path.name}.index").is_file():
        raise _useless(path, "is missing")
    try:
        reader = tf.train.load_checkpoint(str(path))
        there = reader.get_variable_to_shape_map()
        held = {name: reader.get_tensor(name) for name in shapes if name in there}
    except (tf.errors.OpError, IndexError, RuntimeError, ValueError) as error:
        raise _useless(path, f"is damaged, or no checkpoint ({str(error).splitlines()[0]})") from None
    for name, shape in shapes.items():
        if name not in held:
            raise _useless(path, f"has no {name}")
        if held[name].shape != shape:
            raise _useless(path, f"has {name} of shape {held[name].shape}, not {shape}")
    return held


def _pca(path):
    """Kernel (128, 128) and bias (128,) of the dense layer that takes the means away and then whitens."""
    if not path.is_file():
        raise _useless(path, "is missing", PCA_URL)
    try:
        with np.load(path) as held:
            vectors, means = held["pca_eigen_vectors"], held["pca_means"]
    except Exception as error:  # numpy's, or whatever the zip in it brings up
        raise _useless(path, f"is damaged, or no PCA file ({error})", PCA_URL) from None
    if vectors.shape != (VALUES, VALUES) or means.size != VALUES:
        raise _useless(path, f"has arrays of shapes {vectors.shape} and {means.shape}", PCA_URL)
    return [vectors.T, -vectors @ means.reshape(-1)]


def _useless(path, problem, url=None):
    url = url or weights.PUBLISHED["vggish"].url
    return InputError(f"{path} {problem}: download {url} (Apache-2.0, Google) and put it into {path.parent}")
