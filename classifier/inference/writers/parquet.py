"""One table of all segments, for pandas, polars, DuckDB and Spark."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from classifier.inference.writers import Classified

NAME = "segments.parquet"
ROWS = 1 << 16  # of a row group, which memory holds


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """One row per segment, with the columns of csv; labels are unchanged."""
    import pyarrow
    import pyarrow.parquet

    texts, numbers = ("recording", "label"), ("start", "end", "peak", "mean")
    types = {**dict.fromkeys(texts, pyarrow.string()), **dict.fromkeys(numbers, pyarrow.float64())}
    schema = pyarrow.schema([(name, types[name]) for name in ("recording", "start", "end", "label", "peak", "mean")])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        rows = []
        for recording in classified:
            for segment in recording.segments:
                rows.append({"recording": recording.name, **vars(segment)})
                if len(rows) == ROWS:
                    writer.write_table(pyarrow.Table.from_pylist(rows, schema))
                    rows = []
        if rows:
            writer.write_table(pyarrow.Table.from_pylist(rows, schema))
