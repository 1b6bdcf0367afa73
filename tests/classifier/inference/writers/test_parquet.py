import pandas
import pyarrow.parquet

from classifier.inference.writers import parquet
from classifier.inference.writers.csv import COLUMNS
from tests.classifier.inference.writers.conftest import LABELS, ROWS, classified


def test_it_is_read_back_exactly(written):
    assert list(pandas.read_parquet(written("parquet")).itertuples(index=False, name=None)) == [
        (*row, "", "") for row in ROWS
    ]


def test_it_is_written_in_groups_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 4)
    parquet.write(classified(), LABELS, tmp_path / "a.parquet")
    file = pyarrow.parquet.ParquetFile(tmp_path / "a.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [4, 2]
    assert len(file.read()) == 6


def test_of_nothing_it_has_its_columns(tmp_path):
    parquet.write(iter(()), LABELS, tmp_path / "a.parquet")
    assert list(pandas.read_parquet(tmp_path / "a.parquet")) == list(COLUMNS)
