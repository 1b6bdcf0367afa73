import csv

import pandas
import pytest

from classifier.inference.segments import Segment
from classifier.inference.writers import Classified, excel
from classifier.inference.writers import csv as plain
from tests.classifier.inference.writers.conftest import LABELS


def test_it_begins_with_the_mark_that_excel_looks_for_and_has_the_rows_of_csv(written):
    text = written("excel").read_bytes()
    assert text.startswith(b"\xef\xbb\xbfrecording,start,end,label") and text.count(b"\xef\xbb\xbf") == 1
    assert "Ünï côdé".encode() in text and b"\r\n" in text
    one, other = (pandas.read_csv(written(name)) for name in ("excel", "csv"))
    assert one.equals(other)


@pytest.mark.parametrize("writer", [excel, plain])
def test_another_delimiter_and_the_clock_of_the_recorder(writer, tmp_path):
    recording = Classified("20240131_235959.WAV", "a", 60, 8000, None, 0.5, [Segment(LABELS[1], 0.5, 2, 0.7, 0.6)])
    writer.write([recording], LABELS, tmp_path / "out.csv", delimiter=";")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file, delimiter=";")
    assert row["label"] == LABELS[1]
    assert (row["clock_start"], row["clock_end"]) == ("2024-01-31 23:59:59.500", "2024-02-01 00:00:01.000")
