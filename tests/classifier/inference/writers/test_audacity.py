import pytest

from tests.classifier.inference.writers.conftest import LABELS


def test_audacity_reads_it(written):
    """By its manual: a line a label, start, end and text with tabs between; a line of frequencies begins with a \\."""
    folder = written("audacity")
    *lines, last = (folder / "=1+1.wav.txt").read_text(encoding="utf-8").split("\n")
    assert last == ""
    read = [line.split("\t") for line in lines]
    assert [float(start) for start, _, _ in read] == pytest.approx([i / 3 for i in range(5)], abs=1e-6)
    assert [float(end) for _, end, _ in read] == pytest.approx([i + 1.5 for i in range(5)], abs=1e-6)
    assert [label for _, _, label in read] == [*LABELS[:3], "tab and line end", LABELS[4]]


def test_each_recording_has_a_file_where_it_lies(written):
    folder = written("audacity")
    assert (folder / "deep" / "ünï.wav.txt").is_file()
    assert (folder / 'a, "b"_c.wav.txt').read_text() == ""
