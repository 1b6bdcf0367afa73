"""Precision-recall curves, a line per label."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classifier.plotting.figure import legend, pyplot, save


def draw(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    chosen: Mapping[str, tuple[float, float]],
    title: str,
    path: Path,
) -> None:
    """Draw what other thresholds would bring.

    Args:
        curves: {label: (recall, precision) by threshold}.
        chosen: {label: the same, at the threshold that was chosen}.
        path: of the PNG.
    """
    plt = pyplot()
    figure, ax = plt.subplots(figsize=(7, 5), layout="constrained")
    lines = {}
    for label, points in curves.items():
        recall, precision = np.transpose(points)
        (line,) = ax.step(recall, precision, where="post")
        lines[label] = line
        if label in chosen:
            ax.plot(*chosen[label], marker="o", color=line.get_color())
    ax.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.grid(alpha=0.3)
    legend(ax, lines)
    figure.suptitle(title)
    save(figure, path)
