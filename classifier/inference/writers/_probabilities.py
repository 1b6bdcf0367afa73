"""The probabilities of each window, for --probabilities: probabilities.csv, and the same as probabilities.parquet.

One row per window: recording, start and end in seconds, clock times as in csv, and a column per label.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from classifier.inference.writers import Classified
from classifier.inference.writers.csv import cell

TABLE, PARQUET = "probabilities.csv", "probabilities.parquet"
COLUMNS = ("recording", "start", "end", "clock_start", "clock_end")
TEXTS = ("recording", "clock_start", "clock_end")
ROWS = 1 << 14  # of a row group, which memory holds


def write_csv(classified: Iterable[Classified], labels: Sequence[str], path: Path, delimiter: str = ",") -> None:
    """Labels as in csv, safe for spreadsheets."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n", delimiter=delimiter)
        writer.writerow([*COLUMNS, *map(cell, _columns(labels))])
        for recording in classified:
            writer.writerows(_rows(recording))


def write_parquet(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """Labels are unchanged, but for those that are named like another column."""
    import pyarrow
    import pyarrow.parquet

    types = [pyarrow.string() if name in TEXTS else pyarrow.float64() for name in COLUMNS]
    fields = [*zip(COLUMNS, types, strict=True), *((label, pyarrow.float32()) for label in _columns(labels))]
    schema = pyarrow.schema(fields)
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:

        def write(rows: list[tuple]) -> None:
            columns = [
                pyarrow.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))

        waiting: list[tuple] = []
        for recording in classified:
            for row in _rows(recording):
                waiting.append(row)
                if len(waiting) == ROWS:
                    write(waiting)
                    waiting = []
        if waiting:
            write(waiting)


def _columns(labels):
    """The columns of the labels; one that is named like another column says that it is a label."""
    return [f"{label} (label)" if label in COLUMNS else label for label in labels]


def _rows(recording: Classified) -> Iterator[tuple]:
    if recording.windows is None:
        return
    for start, row in zip(recording.starts, recording.windows.tolist(), strict=True):
        end = min(start + recording.window_seconds, recording.seconds)
        times = (round(start, 6), round(end, 6), *recording.clock(start, end))
        yield (recording.name, *times, *(round(value, 6) for value in row))
