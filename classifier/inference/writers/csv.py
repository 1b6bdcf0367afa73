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
BY_SEGMENT = True
COLUMNS = ("recording", "start", "end", "label", "peak", "mean", "clock_start", "clock_end")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path, delimiter: str = ",") -> None:
    """One row per segment: seconds, the peak and the mean of the label's probability, and the time by the clock.

    The clock's times are empty where neither the recording's name nor its header has a date.
    """
    write_table(classified, path, delimiter)


def write_table(
    classified: Iterable[Classified], path: Path, delimiter: str, encoding: str = "utf-8", line_end: str = "\n"
) -> None:
    """Write the table of all segments."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, lineterminator=line_end, delimiter=delimiter)
        writer.writerow(COLUMNS)
        for recording in classified:
            writer.writerows(
                (recording.name, segment.start, segment.end, cell(segment.label), segment.peak, segment.mean)
                + recording.clock(segment.start, segment.end)
                for segment in recording.segments
            )


def cell(label: str) -> str:
    """A label as it is written into a table, safe for spreadsheets."""
    return f"'{label}" if label.startswith(FORMULA_STARTS) else label
