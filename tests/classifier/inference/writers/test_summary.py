import pandas
import pytest

from tests.classifier.inference.writers.conftest import LABELS, NAMES


def test_it_has_a_row_for_each_recording_and_a_column_for_each_label(written):
    read = pandas.read_csv(written("summary"), keep_default_na=False)
    assert list(read["recording"]) == NAMES
    assert list(read["seconds"]) == [61.25] * 3
    assert list(read["label"]) == ["'" + LABELS[0], "", "'" + LABELS[0]]
    assert list(read["segments"]) == [5, 0, 1]
    assert [read[f"seconds of {label}"][0] for label in LABELS] == pytest.approx([1.5 + i * 2 / 3 for i in range(5)])
    assert read[f"seconds of {LABELS[1]}"][2] == 0
