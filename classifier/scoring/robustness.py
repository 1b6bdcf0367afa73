"""What a model makes of held-out windows as other microphones, apps and lines would hand them over.

Nothing is learned or chosen from it. A constant and digital silence are exact by construction (features/_silence.py);
the others show how far a model carries.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.audio.recording import resampler
from classifier.core.console import progress
from classifier.data import labels as label_names
from classifier.scoring import thresholds

WINDOWS = 240  # of the test split at most, as many of each label as there are: each is predicted a dozen times
AS_IT_IS, DIGITAL_SILENCE = "as it is", "digital silence"
TELEPHONE_HZ = 8_000
MU = 255  # of ITU-T G.711
FALLS = 0.1  # by which a balanced accuracy must fall to be worth a line on a screen

Alter = Callable[[np.ndarray, int], np.ndarray]  # ((windows, samples) float32, Hz) -> the same shape


@dataclass(frozen=True)
class Condition:
    """What windows were made to be, and what was recognised then.

    Attributes:
        what: a name of ALTERED, AS_IT_IS or DIGITAL_SILENCE.
        balanced_accuracy: by window, in [0, 1]; of digital silence, the share that is called silence or none of them.
        recall: {label: share of its windows}; {} of digital silence.
    """

    what: str
    balanced_accuracy: float
    recall: dict[str, float]


def _constant(offset: float) -> Alter:
    return lambda windows, rate: windows + np.float32(offset)


def _peak(level_db: float) -> Alter:
    def levelled(windows: np.ndarray, rate: int) -> np.ndarray:
        peaks = np.abs(windows).max(axis=1, keepdims=True)
        return np.where(peaks > 0, windows * np.float32(10 ** (level_db / 20)) / np.maximum(peaks, 1e-9), windows)

    return levelled


def _zeros(first: float, last: float) -> Alter:
    """From one share of a window to another there are zeros."""

    def emptied(windows: np.ndarray, rate: int) -> np.ndarray:
        places = np.arange(windows.shape[1]) / windows.shape[1]
        return np.where((places >= first) & (places < last), np.float32(0), windows)

    return emptied


def _mu_law(windows: np.ndarray, rate: int) -> np.ndarray:
    squeezed = np.log1p(MU * np.abs(np.clip(windows, -1, 1))) / np.log1p(MU)
    steps = np.round(squeezed * 127) / 127
    return (np.sign(windows) * np.expm1(steps * np.log1p(MU)) / MU).astype("float32")


def _telephone(windows: np.ndarray, rate: int) -> np.ndarray:
    if rate <= TELEPHONE_HZ:
        return windows
    altered = np.zeros_like(windows)
    for row, window in zip(altered, windows, strict=True):
        narrow = resampler(rate, TELEPHONE_HZ)(window, last=True)
        back = resampler(TELEPHONE_HZ, rate)(narrow, last=True)[: len(row)]
        row[: len(back)] = back
    return altered


ALTERED: dict[str, Alter] = {
    AS_IT_IS: lambda windows, rate: windows,
    "constant of 0.003 added": _constant(0.003),
    "constant of 0.1 added": _constant(0.1),
    "peak at -40 dB": _peak(-40),
    "peak at -20 dB": _peak(-20),
    "peak at 0 dB": _peak(0),
    "first half zeros": _zeros(0, 0.5),
    "last half zeros": _zeros(0.5, 1),
    "first three quarters zeros": _zeros(0, 0.75),
    "8-bit mu-law": _mu_law,
    "8 kHz telephone": _telephone,
}


def choose(targets: np.ndarray, most: int = WINDOWS) -> np.ndarray:
    """(chosen,) which of (windows,) targets are enough: of each label equally many, spread over all of its windows."""
    present = np.unique(targets)
    of_each = max(1, most // max(1, len(present)))
    own = [np.flatnonzero(targets == label) for label in present]
    chosen = [rows[np.linspace(0, len(rows) - 1, min(len(rows), of_each)).astype(int)] for rows in own]
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, int)


def measure(
    predict: Callable[[np.ndarray], np.ndarray],
    windows: np.ndarray,
    targets: np.ndarray,
    labels: Sequence[str],
    sample_rate: int,
) -> tuple[Condition, ...]:
    """What a model recognises in altered windows. One that has become digital silence does not count.

    Args:
        predict: (windows, samples) float32 -> (windows, labels) probabilities.
        windows: (windows, samples) float32 in [-1, 1], held out.
        targets: (windows,) index of the label.
        labels: in the order of the outputs.
        sample_rate: Hz.
    """
    found = []
    for what, alter in progress(ALTERED.items(), "predicting altered windows", len(ALTERED)):
        altered = alter(windows, sample_rate)
        leads = _leading(predict(altered))
        heard = np.ptp(altered, axis=1) > 0
        counted = {label: heard & (targets == i) for i, label in enumerate(labels)}
        recall = {
            label: float(np.mean(leads[own] == labels.index(label))) for label, own in counted.items() if own.any()
        }
        found.append(Condition(what, float(np.mean(list(recall.values()))) if recall else 0.0, recall))
    leads = _leading(predict(np.zeros((1, windows.shape[1]), "float32")))
    silent = label_names.silent(labels)
    return *found, Condition(DIGITAL_SILENCE, float(np.mean(leads == (-1 if silent is None else silent))), {})


def _leading(probabilities):
    return thresholds.reached(probabilities, np.zeros(probabilities.shape[1]))


def falls(conditions: Sequence[Condition]) -> list[Condition]:
    """Those in which more than FALLS is lost beside the windows as they are, or digital silence is a sound."""
    if not conditions:
        return []
    whole = conditions[0].balanced_accuracy
    return [
        condition
        for condition in conditions
        if condition.balanced_accuracy < (1 if condition.what == DIGITAL_SILENCE else whole - FALLS)
    ]
