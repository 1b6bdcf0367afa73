"""Selection tables made by hand from the Raven Pro User's Manual, "Selection tables"."""

import pytest

from classifier.core.errors import InputError
from classifier.data.annotations import raven

BOX = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
LITE = f"{BOX}\tLabel\n1\tSpectrogram 1\t1\t0.465000\t1.250000\t980.500\t4020.000\tdog bark\n"
PRO = (
    f"{BOX}\tLabel\tScore\tBegin Path\tFile Offset (s)\n"
    "1\tSpectrogram 1\t1\t0.500000\t1.000000\t0.000\t8000.000\tsong\t0.900000\tC:\\field\\monday.wav\t0.500000\n"
    "2\tSpectrogram 1\t1\t3.000000\t3.250000\t0.000\t8000.000\tdog\t0.700000\tC:\\field\\monday.wav\t3.000000\n"
)
SEVERAL = (
    f"{BOX}\tBegin File\tFile Offset (s)\tDelta Time (s)\tSpecies\n"
    "1\tWaveform 1\t1\t2.0\t3.5\t0\t8000\ta.wav\t2.0\t1.5\trobin\n"
    "1\tSpectrogram 1\t1\t2.0\t3.5\t0\t8000\ta.wav\t2.0\t1.5\trobin\n"
    "2\tSpectrogram 1\t1\t63.0\t64.0\t0\t8000\tb.wav\t3.0\t1.0\twren\n"
)


def test_a_table_of_raven_lite_is_written_back_equal(reads):
    found = reads("raven", LITE, "monday.Table.1.selections.txt").stretches
    assert [(of.label, of.low_hz, of.high_hz, of.line) for of in found] == [("dog bark", 980.5, 4020, 2)]
    assert "".join(f"{line}\n" for line in raven.lines(found, 8000)) == LITE


def test_a_table_of_raven_pro_with_paths_is_written_back_equal(reads):
    found = reads("raven", PRO, "selections.txt").stretches
    assert {of.recording for of in found} == {"C:\\field\\monday.wav"}
    assert "".join(f"{line}\n" for line in raven.lines(found, 8000, [0.9, 0.7], found[0].recording)) == PRO


def test_times_are_those_in_each_recording_and_a_selection_in_two_views_is_one(reads):
    found = reads("raven", SEVERAL, "all.txt").stretches
    assert [(of.label, of.recording, of.start, of.end) for of in found] == [
        ("robin", "a.wav", 2, 3.5),
        ("wren", "b.wav", 3, 4),
    ]


def test_a_table_of_birdnet_is_read_by_its_common_names(reads):
    text = f"{BOX}\tCommon Name\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)\n"
    text += "1\tSpectrogram 1\t1\t0\t3.0\t0\t15000\tGreat Tit\tgretit1\t0.86\t/mic/a.wav\t0\n"
    assert [of.label for of in reads("raven", text, "a.BirdNET.selection.table.txt").stretches] == ["Great Tit"]


def test_a_table_without_rows_says_that_nothing_is_heard(reads):
    assert reads("raven", f"{BOX}\n", "monday.txt").stretches == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (LITE.replace("1.250000", "late"), "line 2: End Time \\(s\\) 'late' is not a number of seconds"),
        (LITE.replace("\tdog bark", "\t"), "line 2: the stretch 0.465 to 1.25 s has no label"),
        (LITE.replace("\n1", "\ttype\n1").replace("bark", "bark\tx\ty"), "line 2: it has 10 values, and 9 columns"),
        (LITE.replace("\tLabel", "").replace("\tdog bark", ""), "line 1: there is no column of labels; add one, named"),
        (
            LITE.replace("Label", "Call\tMood").replace("bark", "bark\tangry"),
            "line 1: which column holds the labels, Call or Mood\\? Name that one Label",
        ),
        (
            SEVERAL.replace("File Offset", "Other").replace("\tDelta Time (s)", "\tx (s)"),
            "line 1: the table is about several recordings, and has no column 'File Offset \\(s\\)'",
        ),
        (
            SEVERAL.replace("Delta Time (s)", "End File").replace("1.5\trobin", "c.wav\trobin"),
            "line 2: the selection begins in a.wav and ends in c.wav: make two of it",
        ),
    ],
)
def test_what_is_not_certain_is_named(reads, text, complaint):
    with pytest.raises(InputError, match=complaint):
        reads("raven", text, "monday.txt")
