"""Put a model together: audio -> features -> standardised -> body -> probabilities, as one Keras model."""

import keras
import numpy as np

from classifier.core.errors import InputError


def features_of(model, audio_format, paper=False):
    """The features layer of a file of classifier/models; with paper, the one its paper used."""
    kind = getattr(model, "PAPER_FEATURES", model.FEATURES) if paper else model.FEATURES
    layer = kind(audio_format)
    layer.name = "features"
    return layer


def build(model, features, audio_format, n_classes, mean=0.0, variance=1.0):
    """A whole model.

    Args:
        model: a file of classifier/models.
        features: its features layer.
        audio format: the audio format.
        n_classes: outputs.
        mean, variance: of the features over the training set, as of `statistics`.

    Returns:
        Keras model, (batch, window_length) audio in [-1, 1] -> (batch, n_classes) probabilities; its layers are
        "features", "standardise" and "body".

    Raises:
        InputError: the windows are too short for the model.
    """
    audio = keras.Input((audio_format.window_length,), name="audio")
    x = features(audio)
    settings = {"axis": _own(features, len(x.shape)), "mean": mean, "variance": variance}
    x = keras.layers.Normalization(**settings, name="standardise")(x)
    inner = keras.Input(x.shape[1:])
    try:
        body = keras.Model(inner, model.build(inner, n_classes), name="body")
    except ValueError as error:  # Keras: a convolution or a pooling longer than what it runs over
        name, window = model.__name__.rpartition(".")[2], f"{audio_format.seconds:g} s at {audio_format.sample_rate} Hz"
        raise InputError(f"{name} cannot be built for windows of {window}; take longer ones (--window)") from error
    return keras.Model(audio, _heads(body(x))[0])


def statistics(features, batches):
    """Mean and variance of features, along the axes that the features name: two arrays that broadcast to them.

    Args:
        batches: iterable of what the features make of (batch, window_length) audio.
    """
    n = total = squares = 0.0
    for values in batches:
        values = np.asarray(values, "float64")
        own = _own(features, values.ndim)
        over = tuple(axis for axis in range(values.ndim) if axis not in own)
        n += values.size / np.prod([values.shape[axis] for axis in own])
        total, squares = total + values.sum(axis=over), squares + np.square(values).sum(axis=over)
    mean = total / n
    deviation = np.sqrt(np.maximum(squares / n - mean**2, 1e-12))
    return mean, np.square(np.maximum(deviation, features.least_deviation * np.mean(deviation)))


def _own(features, n_axes):
    return tuple(sorted(axis % n_axes for axis in features.own_statistics))


def _heads(outputs):
    return outputs if isinstance(outputs, list) else [outputs]


def behind_features(model):
    """What follows the features of a model, sharing its weights: features -> (batch, n_classes) probabilities."""
    x = keras.Input(model.get_layer("features").output.shape[1:])
    return keras.Model(x, _answer(model, x))


def _answer(model, features):
    return _heads(model.get_layer("body")(model.get_layer("standardise")(features)))[0]


def learner(model, masks=0.0):
    """The same model, sharing its weights, as it learns: through all of its heads, and through masks (SpecAugment).

    Source: Park et al., Interspeech 2019, arXiv 1904.08779.

    Args:
        masks: share of each axis of the features that a mask may be wide; 0 masks nothing.
    """
    body = model.get_layer("body")
    if not masks and len(body.outputs) == 1:
        return model
    x = model.get_layer("standardise").output
    return Learner(model.input, _heads(body(Masks(masks)(x) if masks else x)))


class Learner(keras.Model):
    """Learns the mean of its heads' losses; what is measured is the first head's answer."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        n = len(y_pred)
        weights = None if sample_weight is None else keras.ops.concatenate([sample_weight] * n)
        targets, predictions = keras.ops.concatenate([y] * n), keras.ops.concatenate(y_pred)
        return super().compute_loss(x, targets, predictions, weights, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, y, y_pred[0], sample_weight)


class Masks(keras.layers.Layer):
    """Sets two spans of each axis (bands, frames) to the mean, 0, while training; never part of a saved model."""

    N = 2

    def __init__(self, share):
        super().__init__()
        self.share, self.random = share, keras.random.SeedGenerator()

    def call(self, x, training=False):
        if not training:
            return x
        for axis in range(1, len(x.shape) - 1):
            size = x.shape[axis]
            along = [1] * len(x.shape)
            along[axis] = size
            places = keras.ops.reshape(keras.ops.arange(size, dtype="float32"), along)
            for _ in range(self.N):
                each = (keras.ops.shape(x)[0], *[1] * (len(x.shape) - 1))
                width = keras.random.uniform(each, seed=self.random) * self.share * size
                start = keras.random.uniform(each, seed=self.random) * (size - width)
                x = keras.ops.where((places >= start) & (places < start + width), 0.0, x)
        return x


def dropin(model, audio_format):
    """The same model for an app that computes the first half of the features itself; None where no app does.

    An app computes it with the audio format's settings: features with others have no drop-in.

    Returns:
        Keras model, (batch, values) -> (batch, n_classes): for mel, the power mel spectrogram, band after band.
    """
    features = model.get_layer("features")
    if not hasattr(features, "from_app") or features.get_config() != _as_agreed(features, audio_format).get_config():
        return None
    shape = features.output.shape[1:]
    values = keras.Input((int(np.prod(shape)),), name="from_app")
    x = features.from_app(keras.layers.Reshape(shape)(values))
    return keras.Model(values, _answer(model, x))


def _as_agreed(features, audio_format):
    return type(features).from_audio_format(audio_format, name=features.name, dtype=features.dtype_policy)
