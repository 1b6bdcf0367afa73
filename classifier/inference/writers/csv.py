"""One table of all segments, for spreadsheets and pandas.

A spreadsheet computes cells that begin with = + - or @, and can so be made to send its contents. A label that does, or
that begins with an apostrophe, is written with one more apostrophe before it; take one off to have it back. Names of
recordings never begin so: see classifier/data/inputs.py.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from classifier.inference.writers import Classified

NAME = "segments.csv"
COLUMNS = ("recording", "start", "end", "label", "peak", "mean")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """One row per segment: seconds, and the peak and the mean of the label's probability."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for recording in classified:
            writer.writerows(
                (recording.name, segment.start, segment.end, cell(segment.label), segment.peak, segment.mean)
                for segment in recording.segments
            )


def cell(label: str) -> str:
    """A label as it is written into a table, safe for spreadsheets."""
    return f"'{label}" if label.startswith(FORMULA_STARTS) else label
