"""One table of all segments, for pandas, polars, DuckDB and Spark."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from classifier.inference.writers import Classified
from classifier.inference.writers.csv import COLUMNS

NAME = "segments.parquet"
BY_SEGMENT = True
ROWS = 1 << 16  # of a row group, which memory holds


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """One row per segment, with the columns of csv; labels are unchanged."""
    import pyarrow
    import pyarrow.parquet

    texts, numbers = ("recording", "label", "clock_start", "clock_end"), ("start", "end", "peak", "mean")
    types = {**dict.fromkeys(texts, pyarrow.string()), **dict.fromkeys(numbers, pyarrow.float64())}
    schema = pyarrow.schema([(name, types[name]) for name in COLUMNS])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        rows = []
        for recording in classified:
            for segment in recording.segments:
                clock = dict(zip(COLUMNS[-2:], recording.clock(segment.start, segment.end), strict=True))
                rows.append({"recording": recording.name, **vars(segment), **clock})
                if len(rows) == ROWS:
                    writer.write_table(pyarrow.Table.from_pylist(rows, schema))
                    rows = []
        if rows:
            writer.write_table(pyarrow.Table.from_pylist(rows, schema))
