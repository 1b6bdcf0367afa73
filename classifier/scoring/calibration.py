"""Calibrate probabilities by temperature scaling.

A trained network is overconfident. One number, chosen on the validation split, corrects most of that, and leaves every
most probable label unchanged: of the windows predicted with 80 %, four in five are to be right.

Source: Guo, Pleiss, Sun & Weinberger, On Calibration of Modern Neural Networks, ICML 2017, arXiv:1706.04599
Differs: works on log probabilities; they are the logits minus a constant per window, which softmax ignores.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, softmax

from classifier.core.errors import InputError
from classifier.scoring import metrics

LIMITS = (0.5, 10.0)  # where every window is right the likelihood would choose 0, certainty; 0.5 squares the odds
LEAST = float(np.finfo("float32").tiny)  # replaces a probability of 0, which underflowed in float32
Bin = tuple[float, float, int]  # of expected_calibration_error


@dataclass(frozen=True)
class Calibration:
    """What a temperature changes.

    Attributes:
        temperature: chosen on the validation split; 1, which changes nothing, where all others make it worse there.
        error_before, error_after: expected calibration error of the test split, without the temperature and with it.
        before, after: the bins of these errors.
    """

    temperature: float
    error_before: float
    error_after: float
    before: list[Bin]
    after: list[Bin]


def calibrate(validation: Mapping[str, np.ndarray], test: Mapping[str, np.ndarray]) -> Calibration:
    """Choose a temperature on the validation split, and see on the test split what it changes.

    Args:
        validation, test: probabilities (windows, labels) and targets (windows,).

    Raises:
        InputError: there is no window, or a probability is NaN.
    """
    chosen = helpful_temperature(validation["probabilities"], validation["targets"])
    probabilities, targets = test["probabilities"], test["targets"]
    error_before, before = expected_calibration_error(probabilities, targets)
    error_after, after = expected_calibration_error(temper(probabilities, chosen), targets)
    return Calibration(chosen, error_before, error_after, before, after)


def helpful_temperature(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """The temperature at which the targets are most likely; 1 where it makes the calibration error larger.

    Likelihood and calibration error may disagree on few windows.

    Args:
        probabilities: (windows, labels).
        targets: (windows,) indexes of labels.

    Raises:
        As `temperature`.
    """
    chosen = temperature(probabilities, targets)
    before, after = (
        expected_calibration_error(values, targets)[0] for values in (probabilities, temper(probabilities, chosen))
    )
    return chosen if after <= before else 1.0


def temperature(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """The temperature at which the targets are most likely.

    Every window has the same weight: a long recording more than a short one, a frequent label more than a rare one. A
    label may have no windows.

    Args:
        probabilities: (windows, labels), rows sum to 1; of the validation split.
        targets: (windows,) index of the true label.

    Returns:
        float, within LIMITS; above 1 when the model was overconfident.

    Raises:
        InputError: there is no window, or a probability is NaN.
    """
    from scipy.optimize import minimize_scalar  # here: who only reads a calibration need not wait for it

    _check(probabilities)
    kept = metrics.heard(probabilities)
    probabilities, targets = probabilities[kept], targets[kept]
    logits, rows = _logits(probabilities), np.arange(len(targets))

    def loss(exponent):
        return -log_softmax(logits / np.exp(exponent), axis=1)[rows, targets].mean()

    # the loss is convex in 1 / T, so it has one minimum
    return float(np.exp(minimize_scalar(loss, bounds=np.log(LIMITS), method="bounded").x))


def temper(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities at a temperature: softmax(log p / T).

    Args:
        probabilities: (..., labels).
        temperature: above 0; 1 changes nothing, more makes the model less confident.

    Returns:
        same shape, float64; rows sum to 1, and the most probable label is the same. Where all are 0 they stay so.
    """
    some = np.any(np.asarray(probabilities) > 0, axis=-1, keepdims=True)
    return softmax(_logits(probabilities) / temperature, axis=-1) * some


def expected_calibration_error(
    probabilities: np.ndarray, targets: np.ndarray, bins: int = 15
) -> tuple[float, list[Bin]]:
    """The distance between confidence (the largest probability) and accuracy, in equally wide bins of confidence.

    Args:
        probabilities: (windows, labels), rows sum to 1.
        targets: (windows,) index of the true label.

    Returns:
        the mean distance, weighted by windows, in [0, 1]; and a row (mean confidence, accuracy, windows) for each bin
        that is not empty, least confident first.

    Raises:
        InputError: there is no window, or a probability is NaN.
    """
    _check(probabilities)
    kept = metrics.heard(probabilities)
    probabilities, targets = probabilities[kept], targets[kept]
    confidence = np.asarray(probabilities, "float64").max(axis=1)
    right = np.argmax(probabilities, axis=1) == targets
    number = np.clip(np.ceil(confidence * bins) - 1, 0, bins - 1)
    inside = [number == i for i in np.unique(number)]
    rows = [(float(confidence[chosen].mean()), float(right[chosen].mean()), int(chosen.sum())) for chosen in inside]
    return sum(abs(confident - accuracy) * n for confident, accuracy, n in rows) / len(confidence), rows


def _logits(probabilities):
    return np.log(np.maximum(np.asarray(probabilities, "float64"), LEAST))


def _check(probabilities):
    if not len(probabilities):
        raise InputError("there is no validation window to calibrate on; give each label more recordings")
    metrics.check(probabilities)
