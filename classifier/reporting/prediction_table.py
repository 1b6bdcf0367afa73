"""Print what a model predicts for a recording, one line per window, or as JSON."""

import json
from pathlib import Path

import numpy as np

from classifier.core.console import table
from classifier.inference.prediction import NO_LABEL, Prediction

COLUMNS = 8  # labels that a table has room for
TOP = 5  # labels that are shown of a window where there are more


def show(prediction: Prediction, model: Path | str, path: Path | str, as_json: bool = False) -> None:
    """Print a prediction.

    Args:
        model: that made it.
        path: of the recording.
        as_json: as JSON, in place of a table.
    """
    if as_json:
        described = {"model": str(model), "recording": str(path), **prediction.as_dict()}
        print(json.dumps(described, indent=2, ensure_ascii=False))
        return
    print(f"{path}, by {model}:")
    times = [f"{start:.2f} - {end:.2f} s" for start, end in zip(prediction.starts, prediction.ends, strict=True)]
    lines = list(
        zip(
            [*times, "recording"],
            [*prediction.windows, prediction.recording],
            [*map(_together, prediction.reported), _together(prediction.several)],
            strict=True,
        )
    )
    if len(prediction.labels) > COLUMNS:
        rows = [[name, _top(prediction.labels, row, label)] for name, row, label in lines]
        table(["window", "most probable"], rows)
    else:
        rows = [[name, *(f"{value:.1%}" for value in row), label or NO_LABEL] for name, row, label in lines]
        table(["window", *prediction.labels, "label"], rows)
    best = prediction.labels[int(prediction.recording.argmax())]
    why = "" if prediction.label else f" ({best} would have to reach {prediction.thresholds.get(best, 0):.1%})"
    if not prediction.recording.any():
        why = " (nothing is heard: all samples of it are the same)"
    print(f"{'labels' if prediction.independent else 'label'}: {_together(prediction.several) or NO_LABEL}{why}")


def _together(labels: list[str]) -> str | None:
    return "; ".join(labels) or None


def _top(labels: list[str], row: np.ndarray, label: str | None) -> str:
    """The most probable labels of a row, between semicolons: commas are a part of some labels."""
    top = np.argsort(-row, kind="stable")[:TOP]
    words = "; ".join(f"{labels[i]} {row[i]:.1%}" for i in top)
    return words if label else f"{NO_LABEL}: {words}"
