"""How the values of a model's output become probabilities; the only place where that is decided.

An output is one of probabilities if it ends in a softmax or a sigmoid, or if its values for silence, noise and a tone
are such. Logits are never guessed into probabilities: a person says which activation they need.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from classifier.core.errors import InputError
from classifier.inference.litert import LiteRT, probes
from classifier.records.audio_format import AudioFormat
from classifier.records.tflite_operators import output_operator

SLACK = 1e-3  # by which a probability may be outside 0 to 1: 8 bits and half floats round
SUM_SLACK = 0.05  # the same of the sum of a softmax in 8 bits
LINEAR = (
    "FULLY_CONNECTED",
    "CONV_2D",
    "BATCH_MATMUL",
    "ADD",
)  # operators that probabilities of their own seldom end in


class Activation(StrEnum):
    """What makes probabilities of an output. NONE: it gives probabilities."""

    NONE = "none"
    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Probabilities, (..., labels) float32, of (..., labels) values."""
        if self is Activation.NONE:
            return values
        values = np.asarray(values, "float64")
        if self is Activation.SIGMOID:
            return (0.5 + 0.5 * np.tanh(values / 2)).astype("float32")
        raised = np.exp(values - values.max(axis=-1, keepdims=True))
        return (raised / raised.sum(axis=-1, keepdims=True)).astype("float32")


@dataclass(frozen=True)
class Outputs:
    """What is known of a model's output.

    Attributes:
        model: its path, for messages.
        activation: that its values are put through.
        independent: whether each label has a probability of its own, so that several may be right at once.
        notes: what a person should know.
    """

    model: object
    activation: Activation = Activation.NONE
    independent: bool = False
    notes: tuple[str, ...] = ()

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        """(rows, labels) float32 in 0 to 1, the mean over frames, of (rows, frames, labels) values.

        Raises:
            InputError: a value is NaN or infinite, or no probability.
        """
        if not np.isfinite(values).all():
            raise InputError(
                f"{self.model} predicts NaN or infinity for some windows: look for a logarithm or a division by zero "
                "in it (silence is all zeros), and export it again"
            )
        found = self.activation.apply(values)
        if len(found) and not in_range(found):
            raise no_probabilities(self.model, found)
        return np.clip(found, 0, 1).mean(axis=1)

    def of(self, values: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        """`probabilities` of (rows, n) windows, from a function that returns (rows, labels) values, or with frames."""

        def probabilities(windows: np.ndarray) -> np.ndarray:
            found = np.asarray(values(windows))
            return self.probabilities(found[:, None] if found.ndim == 2 else found)

        return probabilities


def no_probabilities(model: object, values: np.ndarray) -> InputError:
    """The error about (..., labels) values outside 0 to 1."""
    return InputError(
        f"{model} gives values from {values.min():.3g} to {values.max():.3g}, which are no probabilities: logits? Say "
        "what makes probabilities of them: --activation softmax (one label is right) or sigmoid (several may be)"
    )


def understand(lite: LiteRT, audio_format: AudioFormat, activation: str | None = None) -> Outputs:
    """What a .tflite's output is, by its last operator, else by its values for silence, noise and a tone.

    Args:
        audio_format: of its windows.
        activation: that a person named; None: none is named.

    Raises:
        InputError: its values are no probabilities and no activation is named, or one is that they do not need.
    """
    given = None if activation is None else Activation(activation)
    operator = output_operator(lite.path, lite.head.tensor.index, lite.head.signature)
    found = Outputs(lite.path, independent=operator == "LOGISTIC" or lite.n_outputs == 1)
    if operator in ("SOFTMAX", "LOGISTIC"):
        if given is not None:
            check_needed(lite.path, given, operator)
        return found
    if operator == "LOG_SOFTMAX" and given is None:
        note = "its outputs are logarithms of a softmax: they are put through softmax"
        return replace(found, activation=Activation.SOFTMAX, notes=(note,))
    values = lite.by_frame(probes(audio_format))
    values = values[np.isfinite(values).all(axis=(1, 2))]
    if not len(values):
        raise InputError(
            f"{lite.path} predicts NaN or infinity whatever it hears: its weights are broken; train or export it again"
        )
    sums_to_1 = _sums_to_1(values)
    if given is not None:
        check_needed(lite.path, given, operator, values)
        single = given == Activation.SOFTMAX or (given == Activation.NONE and sums_to_1)
        return replace(found, activation=given, independent=not single)
    if not in_range(values):
        raise no_probabilities(lite.path, values)
    if operator in LINEAR and not sums_to_1:
        raise InputError(
            f"{lite.path} ends in {operator}, without a softmax or a sigmoid, and its values do not sum to 1: logits? "
            "Say --activation softmax (one label is right) or sigmoid (several may be); none, if they are probabilities"
        )
    return replace(found, independent=not sums_to_1)


def check_needed(model: object, activation: Activation, operator: str, values: np.ndarray | None = None) -> None:
    """Make sure that probabilities are not put through an activation once more.

    Args:
        operator: that the output comes from.
        values: (..., labels) of it, some of them finite.

    Raises:
        InputError: it ends in a softmax or a sigmoid, or its values sum to 1.
    """
    why = {"SOFTMAX": "by a softmax", "LOGISTIC": "by a sigmoid"}.get(operator)
    if why is None and values is not None and _sums_to_1(values):
        why = "which sum to 1"
    if why and activation != Activation.NONE:
        raise InputError(
            f"--activation {activation}: {model} gives probabilities already, {why}; leave --activation out"
        )


def in_range(values: np.ndarray) -> bool:
    """Whether (..., labels) values, finite and not none, could be probabilities."""
    return bool(values.min() >= -SLACK and values.max() <= 1 + SLACK)


def _sums_to_1(values):
    sums = values.sum(axis=-1)[values.any(axis=-1)]  # of digital silence all may be 0
    return values.shape[-1] > 1 and in_range(values) and len(sums) > 0 and bool(np.abs(sums - 1).max() <= SUM_SLACK)
