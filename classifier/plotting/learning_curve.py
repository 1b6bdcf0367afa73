"""Learning curve: recall against recordings per label, and twice as many."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer

from classifier.plotting.figure import SIZE, legend, pyplot, save
from classifier.scoring.learning_curve import ALL, LearningCurve

MOST_LABELS = 10  # more lines cannot be told apart: then only balanced accuracy is drawn


def draw(curve: LearningCurve, title: str, path: Path) -> None:
    """Draw balanced accuracy and recalls with 95 % intervals, and dotted lines to what twice as many would bring.

    Args:
        path: of the PNG.
    """
    plt = pyplot()
    figure, ax = plt.subplots(figsize=SIZE, layout="constrained")
    points = curve.points
    lines = {
        ALL: _line(ax, curve, ALL, [(p.mean_recordings(), p.balanced_accuracy, p.interval) for p in points], "black")
    }
    labels = list(points[-1].recall)
    for number, label in enumerate(labels if len(labels) <= MOST_LABELS else []):
        values = [(p.recordings[label], p.recall[label], p.recall_intervals.get(label)) for p in points]
        lines[label] = _line(ax, curve, label, values, f"C{number}")
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set(xlabel="recordings per label to learn from", ylabel="recall of windows", ylim=(0, 1.02))
    ax.grid(alpha=0.3)
    legend(ax, lines)
    figure.suptitle(title)
    save(figure, path)


def _line(ax: Axes, curve: LearningCurve, name: str, values: list, colour: str) -> ErrorbarContainer:
    """Draw one of the lines; returns it."""
    sizes, recalls, intervals = zip(*values, strict=True)
    ends = np.array([interval or (recall, recall) for recall, interval in zip(recalls, intervals, strict=True)])
    below_and_above = np.abs(ends.T - np.array(recalls))
    line = ax.errorbar(sizes, recalls, below_and_above, color=colour, marker="o", capsize=3)
    twice = curve.forecasts[name]
    if twice.value is not None and twice.interval is not None:
        ax.plot([sizes[-1], twice.recordings], [recalls[-1], twice.value], color=colour, linestyle=":")
        ax.plot([twice.recordings] * 2, twice.interval, color=colour, alpha=0.5)
    return line
