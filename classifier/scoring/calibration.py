"""Make probabilities mean what they say: of the windows answered with 80 %, four in five are to be right.

A network trained to the end is too sure of itself. One number, chosen on the validation split, mends most of that and
leaves every most probable label as it was.

Source: Guo, Pleiss, Sun & Weinberger, On Calibration of Modern Neural Networks, ICML 2017, arXiv:1706.04599
Differs: works on log probabilities; they are the logits less a constant per window, which softmax does not see.
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from classifier.core.errors import InputError

LIMITS = (0.5, 10.0)  # where every window is right the likelihood asks for 0, certainty; 0.5 squares the odds, no more
LEAST = float(np.finfo("float32").tiny)  # stands for a probability of 0, which is a small one that float32 lost


def temperature(probabilities, targets):
    """The temperature under which the truth is most likely.

    Every window weighs the same: a long recording more than a short one, a frequent label more than a rare one. A label
    without a window is no obstacle.

    Args:
        probabilities: (windows, labels), rows sum to 1; of the validation split.
        truth: (windows,) index of the right label.

    Returns:
        float, within LIMITS; above 1 when the model was too sure.

    Raises:
        InputError: there is no window, or a probability is NaN.
    """
    _check(probabilities)
    logits, rows = _logits(probabilities), np.arange(len(targets))

    def loss(exponent):
        return -log_softmax(logits / np.exp(exponent), axis=1)[rows, targets].mean()

    # the loss is convex in 1 / T, so it has one valley
    return float(np.exp(minimize_scalar(loss, bounds=np.log(LIMITS), method="bounded").x))


def temper(probabilities, temperature):
    """Probabilities at a temperature: softmax(log p / T).

    Args:
        probabilities: (..., labels).
        temperature: above 0; 1 changes nothing, more makes the model less sure.

    Returns:
        same shape, float64; rows sum to 1, the most probable label stays it.
    """
    return softmax(_logits(probabilities) / temperature, axis=-1)


def expected_calibration_error(probabilities, targets, bins=15):
    """How far confidence (the largest probability) and accuracy lie apart, in equally wide bins of confidence.

    Args:
        probabilities: (windows, labels), rows sum to 1.
        truth: (windows,) index of the right label.

    Returns:
        the mean distance, weighted by windows, in [0, 1]; and a row (mean confidence, accuracy, windows) for each bin
        that is not empty, least confident first.

    Raises:
        InputError: there is no window, or a probability is NaN.
    """
    _check(probabilities)
    confidence = np.asarray(probabilities, "float64").max(axis=1)
    right = np.argmax(probabilities, axis=1) == targets
    number = np.clip(np.ceil(confidence * bins) - 1, 0, bins - 1)
    inside = [number == i for i in np.unique(number)]
    rows = [(float(confidence[chosen].mean()), float(right[chosen].mean()), int(chosen.sum())) for chosen in inside]
    return sum(abs(sure - accuracy) * n for sure, accuracy, n in rows) / len(confidence), rows


def _logits(probabilities):
    return np.log(np.maximum(np.asarray(probabilities, "float64"), LEAST))


def _check(probabilities):
    if not len(probabilities):
        raise InputError("there is no validation window to calibrate on; give each label more recordings")
    if not np.isfinite(probabilities).all():
        raise InputError("the model answers NaN: the training has diverged; lower the learning rate of its recipe")
