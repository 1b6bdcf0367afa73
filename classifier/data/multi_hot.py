"""Targets of clips that may have several labels: a row of 0 and 1 each."""

from collections.abc import Sequence

import numpy as np

from classifier.data.layouts import Clip

MOST = 10.0  # a label in one of a thousand windows would drown the others


def of_clips(clips: Sequence[Clip], labels: Sequence[str]) -> np.ndarray:
    """(clips, labels) int8, 1 where a label is heard; labels that are not asked for are left out."""
    column = {label: i for i, label in enumerate(labels)}
    rows = np.zeros((len(clips), len(labels)), "int8")
    for row, clip in zip(rows, clips, strict=True):
        row[[column[label] for label in clip.labels if label in column]] = 1
    return rows


def positive_weights(targets: np.ndarray) -> np.ndarray:
    """(labels,) float32, how many windows without a label there are for one with it, from 1 to MOST.

    Args:
        targets: (windows, labels) of 0 and 1.
    """
    positives = targets.sum(axis=0, dtype=int)
    return np.clip((len(targets) - positives) / np.maximum(1, positives), 1, MOST).astype("float32")
