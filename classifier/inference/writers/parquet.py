"""One table of all segments, for pandas, polars, DuckDB and Spark."""

NAME = "segments.parquet"
ROWS = 1 << 16  # of a row group; so many are in memory


def write(classified, labels, path):
    """A row a segment, the columns of csv, labels as they are."""
    import pyarrow
    import pyarrow.parquet

    texts, numbers = ("recording", "label"), ("start", "end", "peak", "mean")
    kinds = {**dict.fromkeys(texts, pyarrow.string()), **dict.fromkeys(numbers, pyarrow.float64())}
    schema = pyarrow.schema([(name, kinds[name]) for name in ("recording", "start", "end", "label", "peak", "mean")])
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
