import pytest

from classifier.core.errors import InputError
from classifier.data.annotations import start_end


@pytest.mark.parametrize(
    "text",
    [
        "start,end,label\n0.5,1.25,dog bark\n3,3,click\n",
        "Label;Start (s);End (s)\ndog bark;0,5;1,25\nclick;3;3\n",
        "onset\toffset\tevent_label\n0.5\t1.25\tdog bark\n3\t3\tclick\n",
        "begin_time,duration,species\n0.5,0.75,dog bark\n3,0,click\n".replace("begin_time", "start"),
    ],
)
def test_start_and_end_or_duration_are_seconds(reads, text):
    found = reads("start_end", text, "monday.csv").stretches
    assert [(of.label, of.start, of.end, of.line) for of in found] == [("dog bark", 0.5, 1.25, 2), ("click", 3, 3, 3)]
    assert {of.recording for of in found} == {None}


def test_what_classify_recordings_writes_is_read_with_its_apostrophes_off(reads):
    text = "recording,start,end,label,peak,mean,clock_start,clock_end\n"
    text += "field/a.wav,0.0,2.0,'=1+1,0.9,0.8,,\nfield/b.wav,1.0,2.0,'t Zand,0.9,0.8,,\n"
    found = reads("start_end", text, "segments.csv").stretches
    assert [(of.label, of.recording) for of in found] == [("=1+1", "field/a.wav"), ("'t Zand", "field/b.wav")]


def test_a_table_without_rows_says_that_nothing_is_heard(reads):
    assert reads("start_end", "start,end,label\n", "monday.csv").stretches == ()


def test_other_tables_are_none(tmp_path):
    for header in ("path,label", "start,end", "slice_file_name,fsID,start,end,salience,fold,classID,class", "a,b"):
        assert not start_end.recognises(tmp_path / "a.csv", f"{header}\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("start,end,label\n1,x,dog\n", "line 2: end 'x' is not a number of seconds; correct it"),
        ("start,end,label\n1,2,\n", "line 2: the stretch 1 to 2 s has no label"),
        ("start,end,label\n1,2\n", "line 2: it does not have 3 values"),
        ("start,end,begin_ms,label\n1,2,1000,dog\n", "line 1: the column begin_ms is in another unit"),
        ("start,end,species,call,event\n1,2,tit,x,song\n", "line 1: which column holds the labels, species or event"),
        ("recording,start,end,label\n,1,2,dog\n", "line 2: recording is empty; fill it in, or remove the line"),
    ],
)
def test_what_is_not_certain_is_named(reads, text, complaint):
    with pytest.raises(InputError, match=complaint):
        reads("start_end", text, "monday.csv")
