"""Assemble a model: audio, centred -> features -> standardised -> body -> probabilities, as one Keras model."""

from collections.abc import Iterable, Sequence
from types import ModuleType

import keras
import numpy as np
from keras import KerasTensor

from classifier.core.errors import InputError
from classifier.features._feature import Feature
from classifier.features._silence import Centred, Changes, DigitalSilence
from classifier.models._learning import FrequencyMixStyle, Masks
from classifier.records.audio_format import AudioFormat


def features_of(model: ModuleType, audio_format: AudioFormat, paper: bool = False) -> Feature:
    """The features layer of a file of classifier/models, (samples,) -> what its docstring says.

    Args:
        paper: the layer that the model's paper used.

    Raises:
        InputError: the audio format is none for these features.
    """
    make = getattr(model, "PAPER_FEATURES", model.FEATURES) if paper else model.FEATURES
    try:
        layer = make(audio_format)
    except ValueError as error:  # of the layer: too few mel bands
        raise _cannot_be_built(model, audio_format, str(error)) from error
    layer.name = "features"
    return layer


def heard(features: Feature, window_length: int) -> keras.Model:
    """What a model's body gets of a window, but for its standardisation: (batch, samples) -> (batch, ...) features.

    Statistics and embeddings that are computed once come from here, so that they are of the audio that a model hears.
    """
    audio = keras.Input((window_length,))
    return keras.Model(audio, features(audio if features.is_causal else Centred()(audio)))


def build(
    model: ModuleType,
    features: Feature,
    audio_format: AudioFormat,
    n_classes: int,
    mean: np.ndarray | float = 0.0,
    variance: np.ndarray | float = 1.0,
    silent: int | None = None,
    multi_label: bool = False,
) -> keras.Model:
    """A whole model.

    Args:
        model: a file of classifier/models.
        features: its features layer, as of `features_of`.
        n_classes: number of labels.
        mean, variance: of the features over the training split, as of `statistics`.
        silent: index of the label that digital silence has; None: it has none, all probabilities are 0.
        multi_label: whether each label has a probability of its own, by a sigmoid in place of the softmax.

    Returns:
        Keras model, (batch, window_length) audio in [-1, 1] -> (batch, n_classes) probabilities; its layers are
        "centred", "features", "standardise", "body" and "digital_silence"; of causal features
        "changes" in place of "centred", as the mean of a window is known at its end only.

    Raises:
        InputError: the windows are too short for the model, or the audio format is none for its features.
    """
    audio = keras.Input((audio_format.window_length,), name="audio")
    of_all = Changes(name="changes") if features.is_causal else Centred(name="centred")
    audible = of_all(audio)
    try:
        x = features(audio if features.is_causal else audible)
    except ValueError as error:  # of the layer: a rate too low, a hop too short
        raise _cannot_be_built(model, audio_format, str(error)) from error
    settings = {"axis": _own(features, len(x.shape)), "mean": mean, "variance": variance}
    x = keras.layers.Normalization(**settings, name="standardise")(x)
    inner = keras.Input(x.shape[1:])
    try:
        body = keras.Model(inner, model.build(inner, n_classes), name="body")
    except ValueError as error:  # Keras: a convolution or a pooling longer than what it runs over
        raise _cannot_be_built(model, audio_format, "a layer is longer than what it runs over") from error
    if multi_label:
        _let_labels_be_independent(body, model)
    return keras.Model(audio, DigitalSilence(silent, name="digital_silence")([audible, _heads(body(x))[0]]))


def _let_labels_be_independent(body, model):
    """Put sigmoids in place of the softmax layers that a body ends in.

    Raises:
        InputError: it does not end in one.
    """
    for head in _heads(body.output):
        last = next(layer for layer in body.layers if layer.output is head)
        if getattr(last, "activation", None) is not keras.activations.softmax:
            name = model.__name__.rpartition(".")[2]
            raise InputError(
                f"{name} does not end in a softmax layer: leave out --multi-label, or take --model residual"
            )
        last.activation = keras.activations.sigmoid


def _cannot_be_built(model, audio_format, why):
    name = model.__name__.rpartition(".")[2]
    return InputError(
        f"{name} cannot be built for {audio_format.words}: {why}; take another --window or --sample-rate, or --model "
        "residual, which takes them all"
    )


def statistics(features: Feature, batches: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of features, one per index along the axes `own_statistics` of the features.

    Args:
        batches: outputs of the features, (batch, ...) each.

    Returns:
        Two float64 arrays with the sizes of those axes, in their order.
    """
    n, total, squares = 0.0, np.zeros(()), np.zeros(())
    for values in batches:
        values = np.asarray(values, "float64")
        own = _own(features, values.ndim)
        over = tuple(axis for axis in range(values.ndim) if axis not in own)
        n += values.size / np.prod([values.shape[axis] for axis in own])
        total, squares = total + values.sum(axis=over), squares + np.square(values).sum(axis=over)
    mean = total / n
    deviation = np.sqrt(np.maximum(squares / n - mean**2, 1e-12))
    return mean, np.square(np.maximum(deviation, features.least_deviation * np.mean(deviation)))


def _own(features: Feature, n_axes: int) -> tuple[int, ...]:
    return tuple(sorted(axis % n_axes for axis in features.own_statistics))


def _heads(outputs: KerasTensor | list[KerasTensor]) -> list[KerasTensor]:
    return outputs if isinstance(outputs, list) else [outputs]


def behind_features(model: keras.Model) -> keras.Model:
    """The part of a model after its features, sharing its weights: features -> (batch, n_classes) probabilities."""
    x = keras.Input(model.get_layer("features").output.shape[1:])
    return keras.Model(x, _probabilities(model, x))


def _probabilities(model: keras.Model, features: KerasTensor) -> KerasTensor:
    return _heads(model.get_layer("body")(model.get_layer("standardise")(features)))[0]


def _gates(model: keras.Model) -> list[DigitalSilence]:
    """The layers that know digital silence: none in a head on embeddings, and in models of older versions."""
    return [layer for layer in model.layers if isinstance(layer, DigitalSilence)]


def learner(model: keras.Model, masks: float = 0.0, mixstyle: float = 0.0) -> keras.Model:
    """The same model for training, sharing its weights: with all of its heads, and with altered features.

    It learns from what the body says of digital silence too: of probabilities that are 0 whatever the weights are, it
    could not.

    Args:
        masks: of _learning.Masks: largest width, as a share of each axis of the features, in [0, 1]; 0 masks nothing.
        mixstyle: of _learning.FrequencyMixStyle, at least 0; 0 mixes nothing.

    Raises:
        InputError: mixstyle of features that have no bands and frames.
    """
    body = model.get_layer("body")
    if not masks and not mixstyle and not isinstance(body.output, list) and not _gates(model):
        return model
    x = model.get_layer("standardise").output
    if mixstyle and len(x.shape) != 4:
        raise InputError("mixstyle mixes bands, and the features of this model have none; leave it out of the recipe")
    x = FrequencyMixStyle(mixstyle)(x) if mixstyle else x
    heads = _heads(body(Masks(masks)(x) if masks else x))
    return Learner(model.input, heads) if len(heads) > 1 else keras.Model(model.input, heads[0])


class Learner(keras.Model):
    """Trains on the mean loss over the heads of a model; the metrics are of the first head."""

    def compute_loss(
        self,
        x: KerasTensor | None = None,
        y: KerasTensor | None = None,
        y_pred: Sequence[KerasTensor] = (),
        sample_weight: KerasTensor | None = None,
        training: bool = True,
    ) -> KerasTensor:
        """Targets y (batch, n_classes); predictions y_pred (batch, n_classes) of each head; weights (batch,)."""
        n = len(y_pred)
        weights = None if sample_weight is None else keras.ops.concatenate([sample_weight] * n)
        targets, predictions = keras.ops.concatenate([y] * n), keras.ops.concatenate(y_pred)
        return super().compute_loss(x, targets, predictions, weights, training)

    def compute_metrics(
        self, x: KerasTensor, y: KerasTensor, y_pred: Sequence[KerasTensor], sample_weight: KerasTensor | None = None
    ) -> dict:
        """As `compute_loss`, of the first head."""
        return super().compute_metrics(x, y, y_pred[0], sample_weight)


def dropin(model: keras.Model, audio_format: AudioFormat) -> keras.Model | None:
    """The same model for an app that computes the first half of the features itself; None where no app does.

    An app uses the settings of the audio format: features with other settings have no drop-in.

    Returns:
        Keras model, (batch, values) -> (batch, n_classes): for mel, the power mel spectrogram, band after band. It
        knows digital silence, whose power is 0; of a constant offset it cannot clear what an app computes.
    """
    features = model.get_layer("features")
    if not hasattr(features, "from_app"):
        return None
    usual = type(features).from_audio_format(audio_format, name=features.name, dtype=features.dtype_policy)
    if features.get_config() != usual.get_config():
        return None
    shape = features.output.shape[1:]
    values = keras.Input((int(np.prod(shape)),), name="from_app")
    x = _probabilities(model, features.from_app(keras.layers.Reshape(shape)(values)))
    for gate in _gates(model):
        x = DigitalSilence(gate.label, least=0.0, name=gate.name)([values, x])
    return keras.Model(values, x)
