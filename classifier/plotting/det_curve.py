"""DET curve: misses against false alarms per hour, a line per label."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classifier.plotting.figure import legend, pyplot, save


def draw(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    chosen: Mapping[str, tuple[float, float]],
    per_hour: float,
    title: str,
    path: Path,
) -> None:
    """Draw what other thresholds would bring.

    Args:
        curves: {label: (false alarms per hour, share of the events that are missed) by threshold}.
        chosen: {label: the same, at the threshold that was chosen}.
        per_hour: false alarms that were allowed.
        path: of the PNG.
    """
    plt = pyplot()
    figure, ax = plt.subplots(figsize=(7, 5), layout="constrained")
    lines = {}
    for label, points in curves.items():
        alarms, misses = np.array(sorted(points)).T
        (line,) = ax.step(alarms, np.minimum.accumulate(misses), where="post")
        lines[label] = line
        if label in chosen:
            ax.plot(*chosen[label], marker="o", color=line.get_color())
    allowed = ax.axvline(per_hour, color="grey", linestyle=":")
    ax.set(xlabel="false alarms per hour", ylabel="share of events missed", ylim=(-0.02, 1.02))
    ax.set_xscale("symlog", linthresh=1)
    ax.set_xlim(left=0)
    ax.grid(alpha=0.3)
    legend(ax, {**lines, "allowed": allowed})
    figure.suptitle(title)
    save(figure, path)
