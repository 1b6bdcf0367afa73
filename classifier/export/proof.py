"""Prove a .tflite: the file on disk must predict what Keras predicts."""

from pathlib import Path

import numpy as np

from classifier.core.errors import InputError
from classifier.inference.litert import LiteRT
from classifier.records.conversion import FLOAT32

TOLERANCE = 1e-4  # largest difference of a probability between Keras and a float32 file
NEAR = 0.05  # a label that Keras finds so near to its threshold may be reported by one and not by the other
NEARLY = 0.5  # another label than Keras' first is no mistake if Keras finds it this many times as probable, or more
AGREEMENT = 0.9  # share of held-out windows on which a file must make no mistake


def prove(
    path: Path,
    rows: np.ndarray,
    expected: np.ndarray,
    variant: str = FLOAT32,
    name: str | None = None,
    limits: np.ndarray | None = None,
) -> float:
    """Run a .tflite and compare: float32 must predict the same, other variants nearly always the same labels.

    Args:
        path: of the file.
        rows: (rows, n) float32 inputs.
        expected: (rows, labels) probabilities by Keras.
        variant: of conversion.VARIANTS.
        name: of the file in messages, where it is not yet in its place.
        limits: as of `agreement`.

    Returns:
        The largest difference from the expected probabilities.

    Raises:
        InputError: a probability is NaN or differs by more than is allowed, or their number is another than expected.
    """
    name = name or path.name
    predictions = LiteRT(path).run(rows)
    difference = check_equal(name, predictions, expected, TOLERANCE if variant == FLOAT32 else np.inf)
    share = agreement(predictions, expected, limits)
    if share < AGREEMENT:
        raise InputError(
            f"{name} agrees with Keras on {share:.0%} of {len(rows)} windows, and should on {AGREEMENT:.0%}; the file "
            "was not kept"
        )
    return difference


def check_equal(name: str, found: np.ndarray, expected: np.ndarray, tolerance: float = TOLERANCE) -> float:
    """Make sure that a file called name predicts what Keras predicts; both of one shape, (rows, ..., labels).

    Returns:
        The largest difference.

    Raises:
        InputError: their shapes differ, a probability is NaN, or one differs by more than the tolerance.
    """
    if found.shape != expected.shape:
        shapes = f"{found.shape[1:]} for each window, and Keras {expected.shape[1:]}"
        raise InputError(f"{name} gives probabilities of shape {shapes}; the file was not kept")
    if not np.isfinite(found).all():
        raise InputError(f"{name} predicts NaN where Keras does not; the file was not kept")
    difference = float(np.abs(found - expected).max())
    if difference > tolerance:
        raise InputError(
            f"{name} differs from Keras by {difference:.1e} (at most {tolerance:.0e} is allowed); the file was not kept"
        )
    return difference


def agreement(predictions: np.ndarray, expected: np.ndarray, limits: np.ndarray | None = None) -> float:
    """Share of rows whose most probable label is Keras' first, or NEARLY: between such labels chance decides.

    Where several labels may be right at once: share of rows of which the same labels reach their thresholds, but for
    those that are NEAR.

    Args:
        predictions: (rows, labels) probabilities of a file.
        expected: (rows, labels) probabilities by Keras.
        limits: (labels,) thresholds, where several labels may be right at once.

    Returns:
        in [0, 1].
    """
    if limits is not None:
        changed = (predictions >= limits) != (expected >= limits)
        return float(np.mean(~(changed & (np.abs(expected - limits) > NEAR)).any(axis=1)))
    chosen = expected[np.arange(len(expected)), predictions.argmax(axis=1)]
    return float(np.mean(chosen >= NEARLY * expected.max(axis=1)))
