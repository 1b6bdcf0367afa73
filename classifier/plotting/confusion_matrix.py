"""Confusion matrices, coloured by recall."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.plotting.figure import pyplot, save
from classifier.scoring.metrics import UNITS, Scores


def draw(counts: Sequence[Sequence[int]], labels: Sequence[str], title: str, path: Path) -> None:
    """Draw a confusion matrix.

    Args:
        counts: (labels, labels); a row is a true label, a column a predicted one.
        path: of the PNG.
    """
    plt = pyplot()
    matrix = np.asarray(counts)
    shares = matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
    size = max(4.5, 0.7 * len(labels) + 2)
    figure, ax = plt.subplots(figsize=(size + 1, size), layout="constrained")
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, label="share of the true label", shrink=0.8)
    for row, column in np.ndindex(*matrix.shape):
        colour = "white" if shares[row, column] > 0.5 else "black"
        ax.text(column, row, matrix[row, column], ha="center", va="center", color=colour)
    # A label may hold dollar signs, between which matplotlib would look for a formula.
    ax.set_xticks(range(len(labels)), labels, rotation=30, ha="right", parse_math=False)
    ax.set_yticks(range(len(labels)), labels, parse_math=False)
    ax.set(xlabel="predicted", ylabel="true", title=title)
    save(figure, path)


def draw_both(scores: Scores, labels: Sequence[str], title: str, stem: Path | str) -> None:
    """Draw the confusion matrices of windows and of recordings, <stem>_windows.png and <stem>_recordings.png."""
    for unit in UNITS:
        of = scores.by(unit)
        draw(of.confusion, labels, f"{title} {unit}, {of.right} of {of.n} right", Path(f"{stem}_{unit}.png"))
