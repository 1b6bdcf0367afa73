"""A row a recording: what it is, how many segments it has, and how long each label is heard; see csv for the labels."""

import csv

from classifier.inference.writers.csv import cell

NAME = "summary.csv"
COLUMNS = ("recording", "seconds", "label", "probability", "segments")


def write(classified, labels, path):
    """The label is empty where a recording is none of them; "seconds of <label>" for each that the model knows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, *(f"seconds of {label}" for label in labels)])
        for recording in classified:
            heard = recording.seconds_of
            what = cell(recording.label or "")
            row = (recording.name, recording.seconds, what, recording.probability, len(recording.segments))
            writer.writerow([*row, *(round(heard.get(label, 0.0), 6) for label in labels)])
