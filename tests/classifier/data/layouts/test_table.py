import zipfile

import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import Clip, table


def write_table(folder, text, name="clips.csv"):
    for recording in ("a.wav", "b.wav", "street/car horn.wav"):
        (folder / recording).parent.mkdir(parents=True, exist_ok=True)
        (folder / recording).touch()
    (folder / name).write_text(text)
    return folder / name


def test_path_and_label_are_enough(tmp_path):
    source = write_table(tmp_path, f"label,remark,path\nhorn,loud,street/car horn.wav\nrain,,{tmp_path / 'a.wav'}\n")
    assert clips.recognise(tmp_path) == clips.recognise(source) == "table"
    assert table.clips(source) == table.clips(tmp_path)
    assert table.clips(source) == [
        Clip(tmp_path / "street" / "car horn.wav", "horn", "street/car horn.wav"),
        Clip(tmp_path / "a.wav", "rain", str(tmp_path / "a.wav")),
    ]


def test_fold_group_start_and_end_are_taken_where_they_are_given(tmp_path):
    source = write_table(
        tmp_path,
        "path,label,fold,group,start,end\na.wav,horn,2,monday,0.5,2\na.wav,rain,2,monday,2,\nb.wav,rain,0,,,1e1\n",
    )
    assert table.clips(source) == [
        Clip(tmp_path / "a.wav", "horn", "monday", 2, start=0.5, end=2.0),
        Clip(tmp_path / "a.wav", "rain", "monday", 2, start=2.0, end=None),
        Clip(tmp_path / "b.wav", "rain", "b.wav", 0, start=0.0, end=10.0),
    ]


def test_parts_of_one_recording_are_one_group_however_its_path_is_written(tmp_path):
    source = write_table(tmp_path, "path,label,start,end\na.wav,horn,0,1\n./street/../a.wav,rain,1,2\n")
    assert [clip.group for clip in table.clips(source)] == ["a.wav", "a.wav"]


def test_times_of_a_clock_are_read_where_they_are_certain(tmp_path):
    source = write_table(tmp_path, "path,label,start,end\na.wav,horn,0:00:01,1:05.5\nb.wav,horn,1:00:00,1:00:02.25\n")
    assert [(clip.start, clip.end) for clip in table.clips(source)] == [(1, 65.5), (3600, 3602.25)]


def test_the_address_among_paths_is_blamed_wherever_it_stands(tmp_path):
    for lines in (["https://x.org/a.wav,rain", "b.wav,horn"], ["b.wav,horn", "https://x.org/a.wav,rain"]):
        source = write_table(tmp_path, "\n".join(["path,label", *lines]) + "\n")
        line = 2 + lines.index("https://x.org/a.wav,rain")
        with pytest.raises(InputError, match=f"line {line}: https://x.org/a.wav is an address; copy the recording"):
            table.clips(source)
    source = write_table(tmp_path, "path,label\nhttps://x.org/a.wav,rain\nhttps://x.org/b.wav,horn\n")
    assert [clip.path.name for clip in table.clips(source)] == ["a.wav", "b.wav"], "all are there: the data was moved"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("b.wav,,,,,", "label is empty"),
        (",rain,,,,", "path is empty"),
        ("c.wav,rain,,,,", "c.wav is not there"),
        ("b.wav,rain,,,soon,", "start 'soon' is not a number of seconds"),
        ("b.wav,rain,,,-1,", "start '-1' is not a number of seconds"),
        ("b.wav,rain,,,nan,", "start 'nan' is not a number of seconds"),
        ("b.wav,rain,,,,inf", "end 'inf' is not a number of seconds"),
        ("b.wav,rain,,,0:05,", "start '0:05' is not .*: it may mean 0 minutes or 0 hours; write 5 for 0 min 05 s"),
        ("https://example.org/b.wav,rain,,,,", "https://example.org/b.wav is an address; copy the recording into"),
        ("b.wav,rain,,,2,2", "end 2 does not come after start 2"),
        ("b.wav,rain,,,,0", "end 0 does not come after start 0"),
        ("b.wav,rain,0.5,,,", "fold '0.5' is not a whole number"),
        ("b.wav,rain,-1,,,", "fold '-1' is not a whole number"),
        ("b.wav,rain,1,,,", "some lines up to this one have a fold, others not"),
        ("a.wav,rain,,,3,5", "a.wav is on line 2, too: the same part of it twice"),
        ("./a.wav,horn,,,4.5,", "a.wav is on line 2, too: mixed labels, horn and rain at the same time"),
        ("a.wav,rain,,monday,5,6", "a.wav is on line 2, too: one recording in two groups"),
        ("b.wav,rain", "it does not have 6 values"),
    ],
)
def test_what_can_not_be_used_is_named_with_file_and_line(tmp_path, line, complaint):
    source = write_table(tmp_path, f"path,label,fold,group,start,end\na.wav,rain,,,3,5\n{line}\n")
    with pytest.raises(InputError, match=f"clips.csv, line 3: .*{complaint}"):
        table.clips(source)


def test_one_recording_is_not_in_two_folds(tmp_path):
    source = write_table(tmp_path, "path,label,fold,start,end\na.wav,horn,1,0,1\na.wav,rain,2,1,2\n")
    with pytest.raises(InputError, match="clips.csv, line 3: .*line 2, too: one recording in two groups or folds"):
        table.clips(source)


def test_mixed_labels_are_found_behind_parts_that_agree(tmp_path):
    source = write_table(
        tmp_path, "path,label,start,end\na.wav,rain,0,9\na.wav,horn,8,10\na.wav,rain,1,2\na.wav,rain,3,4\n"
    )
    with pytest.raises(InputError, match="clips.csv, line 3: .*line 2, too: mixed labels"):
        table.clips(source)


def test_parts_that_touch_or_overlap_with_one_label_are_welcome(tmp_path):
    source = write_table(
        tmp_path,
        "path,label,start,end\na.wav,rain,0,2\na.wav,rain,1,3\na.wav,horn,3,\nb.wav,rain,0,1\nb.wav,rain,0,2\n",
    )
    assert len(table.clips(source)) == 5


def test_two_tables_in_a_folder_are_named(tmp_path):
    write_table(tmp_path, "path,label\na.wav,rain\n")
    write_table(tmp_path, "path,label\nb.wav,horn\n", "more.csv")
    assert clips.recognise(tmp_path) == "table"
    with pytest.raises(InputError, match="which csv file.*clips.csv, more.csv"):
        table.clips(tmp_path)


def test_a_table_that_is_not_utf8_is_recognised_and_explained(tmp_path):
    source = write_table(tmp_path, "")
    source.write_bytes("path,label\na.wav,Kühe\n".encode("latin-1"))
    assert clips.recognise(tmp_path) == "table"
    with pytest.raises(InputError, match="clips.csv, line 2: this is not UTF-8 text"):
        table.clips(tmp_path)


ROWS = [("a.wav", "rain"), ("b.wav", "horn"), ("street/car horn.wav", "horn")]


def write_rows(folder, header, delimiter=",", rows=ROWS, name="labels.csv", encoding="utf-8", end="\n"):
    lines = [*([header] if header else []), *(delimiter.join(row) for row in rows)]
    return write_table(folder, "", name).write_bytes((end.join(lines) + end).encode(encoding))


ALMOST = {
    "semicolons": {"header": "path;label", "delimiter": ";"},
    "tabs": {"header": "path\tlabel", "delimiter": "\t"},
    "bars": {"header": "path|label", "delimiter": "|"},
    "UTF-16": {"header": "path\tlabel", "delimiter": "\t", "encoding": "utf-16"},
    "UTF-16 without a mark": {"header": "path,label", "encoding": "utf-16-be"},
    "a mark": {"header": "path,label", "encoding": "utf-8-sig"},
    "Windows": {"header": "path,label", "end": "\r\n"},
    "an old Macintosh": {"header": "path,label", "end": "\r"},
    "capitals": {"header": "Path,LABEL"},
    "blanks": {"header": " path , label", "delimiter": ", "},
    "quotes": {"header": '"path","label"', "rows": [(f'"{path}"', f'"{label}"') for path, label in ROWS]},
    "another column": {"header": "label,remark,path", "rows": [(label, "", path) for path, label in ROWS]},
    "filename": {"header": "filename,label"},
    "File Name and Class": {"header": "File Name;Class", "delimiter": ";"},
    "number and name": {"header": "file,target,category", "rows": [(path, str(len(x)), x) for path, x in ROWS]},
    "numbers of rows": {"header": "id,filename,species", "rows": [(str(i), *row) for i, row in enumerate(ROWS)]},
    "a tsv": {"header": "path\tlabel", "delimiter": "\t", "name": "labels.tsv"},
    "a CSV": {"header": "path,label", "name": "labels.CSV"},
    "a text": {"header": "file;tag", "delimiter": ";", "name": "labels.txt"},
    "a comment": {"header": "# recorded in 2024\npath,label"},
    "a header in a comment": {"header": "# path,label"},
    "a hint for Excel": {"header": "sep=;\npath;label", "delimiter": ";"},
    "empty lines": {"header": "\npath,label\n", "rows": [*ROWS, ("", ""), ("", "")]},
    "a comment below": {"header": "path,label", "rows": [*ROWS, ("# c.wav", "rain"), ("# that is all",)]},
    "too many delimiters": {"header": "path,label", "rows": [(*row, "", "") for row in ROWS]},
    "no suffixes": {"header": "file,label", "rows": [("a", "rain"), ("b", "horn"), ("street/car horn", "horn")]},
    "backslashes": {"header": "path,label", "rows": [*ROWS[:2], ("street\\car horn.wav", "horn")]},
    "names alone": {"header": "filename,label", "rows": [*ROWS[:2], ("car horn.wav", "horn")]},
    "another place": {"header": "path,label", "rows": [(f"/home/anna/my data/{path}", label) for path, label in ROWS]},
    "Windows paths": {"header": "file,label", "rows": [(f"D:\\data\\{path}", label) for path, label in ROWS]},
    "other capitals": {"header": "path,label", "rows": [(path.replace(".wav", ".WAV"), label) for path, label in ROWS]},
    "no header": {"header": ""},
}


@pytest.mark.parametrize("written", ALMOST.values(), ids=ALMOST)
def test_a_table_that_is_almost_right_is_read(tmp_path, written):
    write_rows(tmp_path, **written)
    assert clips.recognise(tmp_path) == "table"
    assert {(clip.path.relative_to(tmp_path).as_posix(), clip.label) for clip in table.clips(tmp_path)} == set(ROWS)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({"header": "file,kind"}, "first line is 'file,kind'"),
        ({"header": "file,class,species", "rows": [(*row, row[0]) for row in ROWS]}, "class and species may each be"),
        ({"header": "path,label,label", "rows": [(*row, "x") for row in ROWS]}, "two columns are named label"),
        ({"header": "path,label,start_ms", "rows": [(*row, "500") for row in ROWS]}, "start_ms is in another unit"),
        ({"header": "", "rows": [(*row, "x") for row in ROWS]}, "no line with the names of its columns"),
        ({"header": "path,label", "rows": [*ROWS, ("c.wav", "rain")]}, "line 5: .*c.wav is not there"),
        ({"header": "path,label", "rows": [("x/a.wav", "rain"), ("y/b.wav", "horn")]}, "line 3: .*b.wav is not there"),
        ({"header": "path,label", "rows": [("x/a.wav", "rain"), ("b.wav", "horn")]}, "line 2: .*x/a.wav is not there"),
        ({"header": "path,label", "rows": [("b.wav", "horn"), ("x/a.wav", "rain")]}, "line 3: .*x/a.wav is not there"),
    ],
)
def test_a_table_that_is_not_certain_is_an_error_and_never_folders(tmp_path, written, complaint):
    write_rows(tmp_path, **written)
    assert clips.recognise(tmp_path) == "table"
    with pytest.raises(InputError, match=f"labels.csv.*{complaint}"):
        table.clips(tmp_path)


def test_a_name_that_two_recordings_have_is_an_error(tmp_path):
    write_rows(tmp_path, "file,label", rows=[("car horn.wav", "horn"), ("a.wav", "rain")])
    (tmp_path / "car horn.flac").touch()
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "car horn.wav").touch()
    with pytest.raises(InputError, match="labels.csv, line 2: car horn.wav may be .* or .*; write the whole path"):
        table.clips(tmp_path)


UNRELATED = {
    "licences": ("file,license", ["CC0", "CC-BY", "CC0"]),
    "checksums": ("md5,file", None),
    "lengths": ("filename,duration,rate", ["1.5,16000", "2.5,16000", "2.5,16000"]),
    "results": ("recording,start,end,label,peak,mean", ["0,1,horn,.9,.8", "0,1,rain,.9,.8", "0,1,horn,.9,.8"]),
    "other recordings": ("filename,class", None),
    "folders again": ("file,where", ["dog", "dog", "cat"]),
    "licences without a header": ("", ["CC0", "CC-BY", "CC0"]),
}


@pytest.mark.parametrize(("header", "values"), UNRELATED.values(), ids=UNRELATED)
def test_a_table_of_something_else_does_not_stand_in_the_way(tmp_path, header, values):
    names = ["dog/1.wav", "dog/2.wav", "cat/3.wav"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    rows = [f"{name},{value}" for name, value in zip(names, values or (), strict=bool(values))]
    rows = rows or {"md5,file": [f"{i}1e,{name}" for i, name in enumerate(names)]}.get(header, ["x.wav,y", "z.wav,y"])
    (tmp_path / "list.csv").write_text("\n".join([header, *rows] if header else rows) + "\n")
    assert clips.recognise(tmp_path) == "class_folders"


def test_a_spreadsheet_or_json_of_labels_is_not_passed_over(tmp_path):
    for name in ("one/1.wav", "two/2.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "about.json").write_text('{"1.wav": {"seconds": 3}, "2.wav": {"seconds": 4}}')
    assert clips.recognise(tmp_path) == "class_folders"
    (tmp_path / "labels.json").write_text('[{"file": "1.wav", "label": "dog"}, {"file": "2.wav", "label": "cat"}]')
    with pytest.raises(InputError, match="labels.json names the recordings here and speaks of labels.*as csv"):
        clips.read_clips(tmp_path)
    (tmp_path / "labels.json").unlink()
    for xml in ('<clip file="1.wav"><label>dog</label></clip><clip file="2.wav"/>', '<a f="1.wav" label="b"/>2.wav'):
        (tmp_path / "labels.xml").write_text(xml)
        with pytest.raises(InputError, match="labels.xml names the recordings"):
            clips.read_clips(tmp_path)
    (tmp_path / "labels.xml").unlink()
    with zipfile.ZipFile(tmp_path / "labels.xlsx", "w") as archive:
        archive.writestr("xl/sharedStrings.xml", "<t>file</t><t>class</t><t>1.wav</t><t>2.wav</t><t>dog</t>")
    with pytest.raises(InputError, match="labels.xlsx names the recordings"):
        clips.read_clips(tmp_path)


def test_a_column_of_splits_and_tables_of_splits_are_used(tmp_path):
    rows = [(*row, split) for row, split in zip(ROWS, ("Train", "val", "TEST"), strict=True)]
    write_rows(tmp_path, "path,label,split", rows=rows)
    assert [clip.split for clip in table.clips(tmp_path)] == ["train", "validation", "test"]
    (tmp_path / "labels.csv").unlink()
    write_rows(tmp_path, "path,label", rows=ROWS[:2], name="train.csv")
    write_rows(tmp_path, "path,label", rows=ROWS[2:], name="test.csv")
    assert {(clip.path.name, clip.split) for clip in table.clips(tmp_path)} == {
        ("a.wav", "train"),
        ("b.wav", "train"),
        ("car horn.wav", "test"),
    }


def test_paths_in_folders_of_splits_say_the_split(tmp_path):
    write_rows(tmp_path, "file_name,label", rows=[("train/x.wav", "rain"), ("test/y.wav", "horn")], name="metadata.csv")
    for name in ("train/x.wav", "test/y.wav"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert [clip.split for clip in table.clips(tmp_path)] == ["train", "test"]


def test_parts_that_follow_each_other_by_their_durations_do_not_overlap(tmp_path):
    rows = [("a.wav", "rain", "0.1", "0.2"), ("a.wav", "horn", "0.3", "0.2"), ("b.wav", "horn", "0", "1")]
    write_rows(tmp_path, "path,label,start,duration", ",", rows)
    assert [clip.end for clip in table.clips(tmp_path)] == [0.3, 0.5, 1]


def test_a_duration_is_the_end_of_a_part(tmp_path):
    write_rows(tmp_path, "path;label;start;duration", ";", [("a.wav", "rain", "0,5", "2"), ("b.wav", "horn", "1", "1")])
    assert [(clip.start, clip.end) for clip in table.clips(tmp_path)] == [(0.5, 2.5), (1, 2)]
