"""Table, csv and picture of a learning curve."""

import csv
from pathlib import Path

from classifier.core import atomic_files, console
from classifier.plotting import learning_curve as picture
from classifier.scoring.learning_curve import ALL, Forecast, LearningCurve


def report(model: str, curve: LearningCurve, stem: Path) -> None:
    """Print a curve, and write `<stem>.csv` and `<stem>.png`."""
    show(model, curve)
    picture.draw(curve, f"{model}: recall against recordings", stem.with_name(f"{stem.name}.png"))
    with atomic_files.new_file(stem.with_name(f"{stem.name}.csv")) as fresh:
        with fresh.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["what", "share", "recordings", "value", "lowest", "highest", "note"])
            writer.writerows(_rows(curve))


def show(model: str, curve: LearningCurve) -> None:
    """Print one row per size, with recalls and their 95 % intervals, and one for twice as many recordings."""
    labels = list(curve.points[-1].recall)
    print(f"{model}: learned from fewer groups, tested on the same; 95 % in parentheses")
    rows = [
        [
            f"{point.share:.1%}",
            f"{point.mean_recordings():.0f}",
            _value(point.balanced_accuracy, point.interval),
            *(_value(point.recall[label], point.recall_intervals.get(label)) for label in labels),
        ]
        for point in curve.points
    ]
    twice = curve.forecasts
    rows.append(["twice as many", f"{twice[ALL].recordings:.0f}", *(_said(twice[name]) for name in (ALL, *labels))])
    console.table(["groups", "recordings per label", ALL, *labels], rows)
    for name, of in twice.items():
        if of.why_not:
            print(f"  {name}: what twice as many recordings would bring cannot be said: {of.why_not}")


def _rows(curve):
    for point in curve.points:
        yield _row(ALL, point.share, point.mean_recordings(), point.balanced_accuracy, point.interval)
        for label, recall in point.recall.items():
            yield _row(label, point.share, point.recordings[label], recall, point.recall_intervals.get(label))
    for name, of in curve.forecasts.items():
        yield _row(name, "twice", of.recordings, of.value, of.interval, of.why_not)


def _row(what, share, recordings, value, interval, note=""):
    return [what, share, recordings, value, *(interval or (None, None)), note]


def _said(of: Forecast) -> str:
    return "-" if of.value is None else _value(of.value, of.interval)


def _value(value, interval):
    return f"{value:.1%}" + (f" ({interval[0]:.1%} to {interval[1]:.1%})" if interval else "")
