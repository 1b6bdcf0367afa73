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
    assert not table.recognises(tmp_path)
    with pytest.raises(InputError, match="which csv file.*clips.csv, more.csv"):
        table.clips(tmp_path)


def test_a_table_that_is_not_utf8_is_recognised_and_explained(tmp_path):
    source = write_table(tmp_path, "")
    source.write_bytes("path,label\na.wav,Kühe\n".encode("latin-1"))
    assert clips.recognise(tmp_path) == "table"
    with pytest.raises(InputError, match="clips.csv, line 2: this is not UTF-8 text"):
        table.clips(tmp_path)
