import csv

import pytest

from tests.classifier.inference.writers.conftest import LABELS

MEASURED = ["Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)"]


def test_raven_reads_a_selection_table(written):
    """By its manual: tabs between, a header, and in each row what a box in a spectrogram needs."""
    path = written("raven") / "=1+1.wav.Table.1.selections.txt"
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert list(read[0]) == [
        "Selection",
        "View",
        "Channel",
        *MEASURED,
        "Label",
        "Score",
        "Begin Path",
        "File Offset (s)",
    ]
    assert [row["Selection"] for row in read] == ["1", "2", "3", "4", "5"]
    assert {(row["View"], row["Channel"]) for row in read} == {("Spectrogram 1", "1")}
    assert all(float(row["Begin Time (s)"]) < float(row["End Time (s)"]) for row in read)
    assert {(float(row["Low Freq (Hz)"]), float(row["High Freq (Hz)"])) for row in read} == {(0, 8000)}
    assert [row["Label"] for row in read] == [*LABELS[:3], "tab and line end", LABELS[4]]
    assert {row["Begin Path"] for row in read} == {"/field/=1+1.wav"}
    assert [row["File Offset (s)"] for row in read] == [row["Begin Time (s)"] for row in read]
    assert [float(row["Score"]) for row in read] == pytest.approx([0.25, 0.35, 0.45, 0.55, 0.65])


def test_a_recording_in_which_nothing_is_heard_has_a_table_without_rows(written):
    text = (written("raven") / 'a, "b"_c.wav.Table.1.selections.txt').read_text()
    assert text.startswith("Selection\tView") and text.count("\n") == 1
