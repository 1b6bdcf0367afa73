"""One table of all segments, for spreadsheets and pandas.

A spreadsheet computes what begins with = + - or @, and may so be made to send what it holds. A label that does, or that
begins with an apostrophe, is written with one more apostrophe before it; take one off to have it back. Names of
recordings never begin so: see classifier/data/inputs.py.
"""

import csv

NAME = "segments.csv"
COLUMNS = ("recording", "start", "end", "label", "peak", "mean")
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "'")


def write(classified, labels, path):
    """A row a segment: seconds, and the peak and the mean of the label's probability."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for recording in classified:
            writer.writerows(
                (recording.name, segment.start, segment.end, cell(segment.label), segment.peak, segment.mean)
                for segment in recording.segments
            )


def cell(label):
    """A label as it is written into a table."""
    return f"'{label}" if label.startswith(COMPUTED) else label
