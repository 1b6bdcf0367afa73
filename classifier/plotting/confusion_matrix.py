"""Confusion matrices, coloured by recall."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.plotting.figure import pyplot, save
from classifier.scoring.metrics import UNITS, Scores

MANY = 30  # labels; of more, cells hold no numbers, and columns are numbered as rows are
LARGEST = 14  # inches of a matrix of many labels
LONGEST = 30  # characters of a label that are shown


def draw(counts: Sequence[Sequence[int]], labels: Sequence[str], title: str, path: Path) -> None:
    """Draw a confusion matrix.

    Args:
        counts: (labels, labels); a row is a true label, a column a predicted one.
        path: of the PNG.
    """
    plt = pyplot()
    matrix = np.asarray(counts)
    shares = matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
    many = len(labels) > MANY
    inches = LARGEST / len(labels) if many else 0.7
    size = max(4.5, inches * len(labels) + 2)
    figure, ax = plt.subplots(figsize=(size + 1, size), layout=None if many else "constrained")
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if many:  # laying out hundreds of names by trying takes longer than drawing them
        margin = (0.6 * 60 * inches / 72 * LONGEST + 1) / size
        figure.subplots_adjust(left=margin, bottom=1 / size, right=0.98, top=1 - 0.5 / size)
    figure.colorbar(image, label="share of the true label", shrink=0.8)
    if not many:
        for row, column in np.ndindex(*matrix.shape):
            colour = "white" if shares[row, column] > 0.5 else "black"
            ax.text(column, row, matrix[row, column], ha="center", va="center", color=colour)
    # A label may hold dollar signs, between which matplotlib would look for a formula.
    names = [label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…" for label in labels]
    if many:
        ax.set_xticks(range(0, len(labels), 10))
        ax.set_yticks([])  # hundreds of ticks take longer than their names
        at = {"ha": "right", "va": "center", "fontsize": min(10, 60 * inches), "parse_math": False}
        for number, name in enumerate(names):
            ax.text(-1, number, f"{name}  {number}", **at)
    else:
        ax.set_xticks(range(len(labels)), names, rotation=30, ha="right", parse_math=False)
        ax.set_yticks(range(len(labels)), names, parse_math=False)
    ax.set(xlabel="predicted", title=title)
    ax.set_ylabel("true", labelpad=0.6 * 60 * inches * (LONGEST + 4) if many else None)
    save(figure, path)


def draw_both(scores: Scores, labels: Sequence[str], title: str, stem: Path | str) -> None:
    """Draw the confusion matrices of windows and of recordings, <stem>_windows.png and <stem>_recordings.png."""
    for unit in UNITS:
        of = scores.by(unit)
        draw(of.confusion, labels, f"{title} {unit}, {of.right} of {of.n} right", Path(f"{stem}_{unit}.png"))
