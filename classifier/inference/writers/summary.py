"""One row per recording: its label, how many segments it has, and seconds of each label; see csv for the labels."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from classifier.inference.writers import Classified
from classifier.inference.writers.csv import cell

NAME = "summary.csv"
COLUMNS = ("recording", "seconds", "label", "probability", "segments")


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path, delimiter: str = ",") -> None:
    """The label is empty where it is none of them; "seconds of <label>" for each label of the model."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n", delimiter=delimiter)
        writer.writerow([*COLUMNS, *(f"seconds of {label}" for label in labels)])
        for recording in classified:
            seconds_of = recording.seconds_of
            label = cell(recording.label or "")
            row = (recording.name, recording.seconds, label, recording.probability, len(recording.segments))
            writer.writerow([*row, *(round(seconds_of.get(name, 0.0), 6) for name in labels)])
