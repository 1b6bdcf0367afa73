import csv

import numpy as np
import pandas
import pytest

from tests.classifier.inference.writers.conftest import ROWS


def back(label):
    return label.removeprefix("'")


def test_it_is_read_back_exactly(written):
    with written("csv").open(newline="", encoding="utf-8") as file:
        header, *read = csv.reader(file)
    assert header == ["recording", "start", "end", "label", "peak", "mean", "clock_start", "clock_end"]
    assert [(row[0], *map(float, row[1:3]), back(row[3]), *map(float, row[4:6])) for row in read] == ROWS
    assert {tuple(row[6:]) for row in read} == {("", "")}


def test_pandas_reads_the_same(written):
    read = pandas.read_csv(written("csv"))
    read["label"] = read["label"].map(back)
    assert [row[0:6:3] for row in read.itertuples(index=False, name=None)] == [row[0::3] for row in ROWS]
    numbers = read[["start", "end", "peak", "mean"]].to_numpy()
    assert numbers == pytest.approx(np.array([[row[i] for i in (1, 2, 4, 5)] for row in ROWS]), rel=1e-15)


@pytest.mark.parametrize("name", ["csv", "excel", "summary"])
def test_no_cell_is_computed_by_a_spreadsheet(name, written):
    with written(name).open(newline="", encoding="utf-8-sig") as file:
        _, *read = csv.reader(file)
    cells = [cell for row in read for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=HYPERLINK(1)" in cells
