import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import Clip, split_files

RECORDINGS = ("a.wav", "b.wav", "street/car horn #2.wav")


def write_lists(lists, audio=None, **texts):
    """classes.txt and the others, each given by its name without .txt; recordings where they are looked for."""
    lists.mkdir(exist_ok=True)
    for name, text in ({"classes": "animals\nmusic #1\n", "train": "a.wav 0\nb.wav 1\n"} | texts).items():
        (lists / f"{name}.txt").write_bytes(text.encode())
    for name in RECORDINGS:
        path = (audio or lists) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return lists


def test_each_file_is_a_side_and_numbers_count_the_classes(tmp_path):
    write_lists(tmp_path, train="a.wav 0\n\nstreet/car horn #2.wav 1\n", val="b.wav\t1\n", test="a.wav 0\n")
    assert clips.recognise(tmp_path) == "split_files"
    assert split_files.clips(tmp_path) == [
        Clip(tmp_path / "a.wav", "animals", "a.wav", split="train"),
        Clip(tmp_path / "street" / "car horn #2.wav", "music #1", "street/car horn #2.wav", split="train"),
        Clip(tmp_path / "b.wav", "music #1", "b.wav", split="validation"),
        Clip(tmp_path / "a.wav", "animals", "a.wav", split="test"),
    ]


def test_the_folders_of_the_service(tmp_path):
    write_lists(tmp_path / "dataset_files", audio=tmp_path / "audios")
    assert clips.recognise(tmp_path) == "split_files"
    paths = [clip.path for clip in split_files.clips(tmp_path)]
    assert paths == [tmp_path / "audios" / "a.wav", tmp_path / "audios" / "b.wav"]


def test_files_from_windows(tmp_path):
    write_lists(tmp_path, classes="\ufeffKühe\r\nmusic\r\n", train="\ufeffa.wav 0\r\nb.wav 1\r\n\r\n")
    assert [(clip.group, clip.label) for clip in split_files.clips(tmp_path)] == [("a.wav", "Kühe"), ("b.wav", "music")]


def test_one_recording_is_one_group_however_its_path_is_written(tmp_path):
    write_lists(tmp_path, train="a.wav 0\nb.wav 1\n", test="./street/../a.wav 0\n")
    assert [clip.group for clip in split_files.clips(tmp_path)] == ["a.wav", "b.wav", "a.wav"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("b.wav", "'b.wav' is not a path and a label number"),
        ("b.wav music", "'music' is none of the label numbers 0 to 1"),
        ("b.wav 1.0", "'1.0' is none of"),
        ("b.wav -1", "'-1' is none of"),
        ("b.wav 2", "'2' is none of"),
        ("c.wav 1", "c.wav is not there"),
        ("street/../a.wav 1", "mixed labels, 'music #1' here and 'animals' in .*train.txt, line 1;"),
    ],
)
def test_what_can_not_be_used_is_named_with_file_and_line(tmp_path, line, complaint):
    write_lists(tmp_path, val=f"\n{line}\n")
    with pytest.raises(InputError, match=f"val.txt, line 2: .*{complaint}"):
        split_files.clips(tmp_path)


def test_a_line_that_is_not_utf8_is_named(tmp_path):
    write_lists(tmp_path)
    (tmp_path / "test.txt").write_bytes("a.wav 0\nKühe.wav 0\n".encode("latin-1"))
    with pytest.raises(InputError, match="test.txt, line 2: .*not UTF-8"):
        split_files.clips(tmp_path)


@pytest.mark.parametrize(
    ("classes", "complaint"),
    [
        ("animals\nmusic\nrain\n", "line 3: label 'rain', number 2, has no recording"),
        ("animals\n\nmusic\n", "line 2 is empty"),
        ("animals\nmusic\nanimals\n", "line 3: 'animals' is on line 1 already"),
    ],
)
def test_classes_that_can_not_be_used_are_named_with_file_and_line(tmp_path, classes, complaint):
    write_lists(tmp_path, classes=classes)
    with pytest.raises(InputError, match=f"classes.txt, {complaint}"):
        split_files.clips(tmp_path)


@pytest.mark.parametrize(("info", "warned"), [("-\n\n", False), ("4 files\n-", False), ("4 files\n", True), ("", True)])
def test_information_of_another_length_is_ignored_with_a_warning(tmp_path, capsys, info, warned):
    write_lists(tmp_path, info=info)
    assert len(split_files.clips(tmp_path)) == 2
    assert ("info.txt is ignored" in capsys.readouterr().err) == warned


@pytest.mark.parametrize("missing", ["classes.txt", "train.txt"])
def test_both_mandatory_files_are_needed(tmp_path, missing):
    (write_lists(tmp_path) / missing).unlink()
    assert not split_files.recognises(tmp_path)
