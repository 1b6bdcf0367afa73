"""Recordings with label files, as people keep them."""

import pytest

from classifier.core.errors import InputError
from classifier.data import clips as data_clips
from classifier.data.clips import read_clips
from classifier.data.layouts import NOTHING, annotations
from tests.classifier.data.annotations.test_elan import EAF
from tests.classifier.data.annotations.test_raven import BOX, SEVERAL
from tests.classifier.data.annotations.test_textgrid import LONG

TRACK = "0.5\t1.25\tdog\n3\t3\tclick\n"
DOG, CLICK = ("dog", 0.5, 1.25), ("click", 2.999, 3.0)


def put(folder, **files):
    """Files by name, __ for a dot and ___ for a slash; a recording is an empty file: none is decoded here."""
    for name, text in files.items():
        path = folder / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def found(folder, layout=None, **settings):
    clips = read_clips(folder, layout=layout, least=0, nothing=True, **settings)
    base = folder if folder.is_dir() else folder.parent
    return [(clip.path.relative_to(base).as_posix(), clip.label, clip.start, clip.end) for clip in clips]


@pytest.mark.parametrize(
    ("name", "text", "clips"),
    [
        ("monday__txt", TRACK, [DOG, CLICK]),
        ("monday__wav__txt", TRACK, [DOG, CLICK]),
        ("labels___monday__txt", TRACK, [DOG, CLICK]),
        ("labels___monday_labels__txt", TRACK, [DOG, CLICK]),
        ("monday__birds__txt", TRACK, [DOG, CLICK]),
        (
            "monday__Table__1__selections__txt",
            f"{BOX}\tSpecies\n1\tSpectrogram 1\t1\t0.5\t1.25\t0\t8\tdog\n",
            [DOG],
        ),
        ("monday__TextGrid", LONG, [('the "big" Ähre', 0.5, 1.25), ("click", 1.999, 2.0)]),
        ("any__eaf", EAF, [("R&obin", 0.5, 1.25)]),
        ("monday__csv", "start,end,label\n0.5,1.25,dog\n", [DOG]),
        ("any__csv", "recording,start,end,label,peak,mean\n/far/monday.wav,0.5,1.25,dog,1,1\n", [DOG]),
    ],
)
def test_label_files_are_found_and_read(tmp_path, name, text, clips):
    put(tmp_path, monday__wav="", **{name: text})
    assert data_clips.recognise(tmp_path) == "annotations"
    assert found(tmp_path) == [("monday.wav", *clip) for clip in clips]


def test_one_table_may_be_about_several_recordings_and_may_be_the_data(tmp_path):
    put(tmp_path, a__wav="", deep___b__wav="", c__wav="", all__txt=SEVERAL)
    both = [("a.wav", "robin", 2, 3.5), ("deep/b.wav", "wren", 3, 4)]
    assert found(tmp_path) == found(tmp_path / "all.txt") == both


def test_a_table_is_about_recordings_elsewhere_where_it_has_their_paths(tmp_path):
    put(tmp_path / "field", a__wav="", b__wav="")
    table = SEVERAL.replace("Begin File", "Begin Path").replace("\ta.wav", f"\t{tmp_path}/field/a.wav")
    put(tmp_path / "tables", all__txt=table.replace("\tb.wav", f"\t{tmp_path}/field/b.wav"))
    clips = read_clips(tmp_path / "tables" / "all.txt")
    assert [clip.path.name for clip in clips] == ["a.wav", "b.wav"]


def test_an_empty_track_says_that_nothing_is_heard(tmp_path, capsys):
    put(tmp_path, a__wav="", a__txt=TRACK, b__wav="", b__txt="", c__wav="", c__txt=f"{BOX}\n", d__wav="")
    assert [row for row in found(tmp_path) if row[1] == NOTHING] == [
        ("b.wav", NOTHING, 0, None),
        ("c.wav", NOTHING, 0, None),
    ]
    said = capsys.readouterr().err
    assert "3 label files (audacity 1, empty 1, raven 1) of 3 recordings: 2 labelled stretches" in said
    assert "1 of them points; nothing is heard in 2 recordings" in said
    assert "1 recordings have no label file; an empty one would say that nothing is heard there" in said
    assert "1 of its recordings have no label and are not used: d.wav" in said
    assert {clip.label for clip in read_clips(tmp_path)} == {"dog", "click"}


def test_each_recording_is_a_group_and_its_folder_may_be_its_split(tmp_path):
    put(tmp_path, train___a__wav="", train___a__txt=TRACK, test___a__wav="", test___a__txt=TRACK)
    clips = read_clips(tmp_path)
    assert {(clip.group, clip.split) for clip in clips} == {("train/a.wav", "train"), ("test/a.wav", "test")}


def test_stretches_of_two_files_are_put_together_and_overlaps_are_refused_by_name(tmp_path):
    put(tmp_path, a__wav="", a__birds__txt="0\t2\ttit\n", a__cars__txt="2\t3\tcar\n")
    assert [row[1] for row in found(tmp_path)] == ["tit", "car"]
    put(tmp_path, a__cars__txt="1.5\t3\tcar\n1.75\t1.75\thorn\n")
    with pytest.raises(InputError) as error:
        found(tmp_path)
    first, *more = str(error.value).splitlines()
    assert first.startswith(f"{tmp_path}/a.cars.txt, line 1: car (1.5 to 3 s) overlaps tit (0 to 2 s) ({tmp_path}/a.b")
    assert "a window can have one label; shorten or remove one of them" in first
    assert [line.partition(" and ")[0].rpartition(": ")[2] for line in more] == ["horn (1.75 s)", "horn (1.75 s)"]


def test_the_same_stretches_in_two_formats_are_refused(tmp_path):
    put(tmp_path, a__wav="", a__txt="1\t2\ttit\n", a__csv="start,end,label\n1,2,tit\n")
    with pytest.raises(InputError, match="remove one of them, or one of the two files"):
        found(tmp_path)


def test_labels_that_touch_are_none_that_overlap(tmp_path):
    put(tmp_path, a__wav="", a__txt="0\t1.0004\ttit\n1\t2\tcar\n2\t2\tclick\n")
    assert found(tmp_path)[2] == ("a.wav", "click", 2, 2.001)  # behind the other, which ends there


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (
            {"a__wav": "", "a__txt": TRACK, "b__txt": TRACK},
            "b.txt, line 1: a recording that is called like b.txt is not",
        ),
        (
            {"x___a__wav": "", "y___a__wav": "", "labels___a__txt": TRACK},
            "is called like .* put it beside its recording",
        ),
        ({"a__wav": "", "all__txt": SEVERAL}, "all.txt, line 4: the recording b.wav is not in"),
        ({"a__wav": "", "a__txt": "1\t2\tdog\nbarks\n"}, "a.txt, line 2: this is no label of Audacity"),
        ({"a__wav": "", "a__TextGrid": "nonsense"}, "a.TextGrid, line 1: the file ends too early"),
        ({"a__wav": ""}, "holds no label files: put one beside each recording"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, files, complaint):
    put(tmp_path, **files)
    with pytest.raises(InputError, match=complaint):
        found(tmp_path, "annotations")


def test_a_label_track_in_another_encoding_is_an_error_and_not_empty(tmp_path):
    put(tmp_path, a__wav="", b__wav="", b__txt=TRACK)
    (tmp_path / "a.txt").write_bytes("1\t2\tÄhre\n".encode("latin-1"))
    with pytest.raises(InputError, match="a.txt, line 1: this is not UTF-8 text; save the file again as UTF-8"):
        found(tmp_path)


def test_notes_beside_recordings_are_told(tmp_path, capsys):
    put(tmp_path, a__wav="", a__txt=TRACK, b__wav="", b__txt="rain all day\n")
    found(tmp_path)
    assert "1 files are called like recordings and are no label files that can be read" in capsys.readouterr().err


def test_folders_stay_labels_where_few_recordings_have_label_files(tmp_path, capsys):
    put(tmp_path, dog___a__wav="", dog___b__wav="", cat___c__wav="", cat___c__txt=TRACK)
    assert data_clips.recognise(tmp_path) == "class_folders"
    assert "1 of 3 recordings have label files" in capsys.readouterr().err
    put(tmp_path, dog___a__txt=TRACK)
    assert data_clips.recognise(tmp_path) == "annotations"
    assert "and not the folders: --layout class_folders takes the folders" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "layout"),
    [
        ({"dog___a__wav": "", "dog___a__txt": "0 46797 she had\n", "cat___b__wav": ""}, "class_folders"),
        ({"a__wav": "", "b__wav": "", "t__csv": "path,start,end,label\na.wav,0,1,x\nb.wav,0,1,y\n"}, "table"),
        ({"a__wav": "", "t__csv": "path,label\na.wav,dog\n", "a__txt": TRACK}, "table"),
        (
            {"dog___a__wav": "", "cat___b__wav": "", "s__csv": "recording,start,end,label,peak\na.wav,0,1,dog,1\n"},
            "class_folders",
        ),
    ],
)
def test_other_layouts_stay_what_they_are(tmp_path, files, layout):
    assert data_clips.recognise(put(tmp_path, **files)) == layout


def test_a_table_as_data_stays_a_table_unless_it_holds_results(tmp_path):
    put(tmp_path, a__wav="", t__csv="path,start,end,label\na.wav,0,1,x\n")
    put(tmp_path, s__csv="recording,start,end,label,peak,mean\na.wav,0,1,x,1,1\n")
    assert [data_clips.recognise(tmp_path / name) for name in ("t.csv", "s.csv")] == ["table", "annotations"]


def test_a_point_is_never_before_its_recording():
    assert annotations._times(0.0, []) == (0.0, 0.001)


def test_a_label_file_of_two_recordings_is_an_error_and_notes_are_none(tmp_path):
    put(tmp_path, x___a__wav="", y___a__wav="", labels___a__txt="rain all day\n", x___b__wav="", x___b__txt=TRACK)
    assert found(tmp_path, "annotations") == [("x/b.wav", *DOG), ("x/b.wav", *CLICK)]
    put(tmp_path, labels___a__txt=TRACK)
    with pytest.raises(InputError, match="put it beside its recording, or give it the whole name of the file"):
        found(tmp_path)
