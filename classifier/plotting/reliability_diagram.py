"""Reliability diagram: confidence against accuracy."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classifier.plotting.figure import pyplot, save


def draw(tables: Mapping[str, Sequence[Sequence[float]]], title: str, path: Path) -> None:
    """Draw how often a model is right at each confidence, beside the diagonal; below, how many windows there are.

    Args:
        tables: {name, such as "before" and "after": rows of calibration.expected_calibration_error}.
        path: of the PNG.
    """
    plt = pyplot()
    figure, (above, below) = plt.subplots(2, 1, figsize=(6, 7), sharex=True, height_ratios=(3, 1), layout="constrained")
    above.plot([0, 1], [0, 1], color="grey", linestyle=":", label="confidence = accuracy")
    for name, rows in tables.items():
        confidence, accuracy, windows = np.transpose(rows)
        error = np.average(np.abs(confidence - accuracy), weights=windows)
        above.plot(confidence, accuracy, marker="o", label=f"{name}: {error:.1%} apart")
        below.plot(confidence, windows, marker="o", color=above.lines[-1].get_color())
    above.set(ylabel="share of windows that are right", xlim=(0, 1.02), ylim=(0, 1.02))
    below.set(xlabel="confidence: the largest probability", ylabel="windows")
    below.set_yscale("log")
    for ax in (above, below):
        ax.grid(alpha=0.3)
    above.legend()
    figure.suptitle(title)
    save(figure, path)
