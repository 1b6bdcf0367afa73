import pytest

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import class_folders
from tests.conftest import write_data, write_tone


def test_a_folder_per_label_with_folders_below(tmp_path):
    write_tone(tmp_path / "water" / "kitchen" / "tap.WAV")
    write_tone(tmp_path / "alarm" / "Feuer Übung 1.flac")
    (tmp_path / "README.md").touch()
    assert class_folders.recognises(tmp_path)
    found = [(clip.label, clip.group, clip.fold) for clip in class_folders.clips(tmp_path)]
    assert found == [("alarm", "alarm/Feuer Übung 1.flac", None), ("water", "water/kitchen/tap.WAV", None)]


def test_a_label_without_recordings_is_named(tmp_path):
    write_data(tmp_path, n=1)
    (tmp_path / "alarm").mkdir()
    with pytest.raises(InputError, match="alarm holds no recordings"):
        class_folders.clips(tmp_path)


def test_what_is_hidden_is_no_label(tmp_path):
    write_data(tmp_path, n=1)
    (tmp_path / ".git").mkdir()
    assert {clip.label for clip in class_folders.clips(tmp_path)} == {"high tone", "low tone"}


ODD = {  # a file of the folder: what it holds
    "a stray README": ("README.md", b"# My recordings\n"),
    "a csv without the columns": ("list.csv", b"file,kind\na.wav,water\n"),
    "an empty csv": ("list.csv", b""),
    "a csv that is no text": ("list.csv", bytes(range(256)) * 1000),
    "a hidden csv": (".list.csv", b"path,label\n"),
    "a folder named like a csv": ("list.csv/README", b""),
    "a file where ESC-10 has a folder": ("001 - Dog bark", b""),
    "a folder where ESC-50 has a file": ("meta/esc50.csv/README", b""),
    "a file where ESC-50 has a folder": ("meta", b""),
    "a file where UrbanSound8K has a folder": ("metadata", b""),
    "a file where the text files lie": ("dataset_files", b""),
    "classes without a list": ("classes.txt", b"water\n"),
    "a recording beside the folders": ("water_1.wav", b""),
}


@pytest.mark.parametrize(("odd", "content"), ODD.values(), ids=ODD)
def test_odd_things_beside_the_folders_are_no_other_layout(tmp_path, odd, content):
    write_data(tmp_path, n=1)
    (tmp_path / odd).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / odd).write_bytes(content)
    names = registry.names("layouts")
    assert len(names) >= 7
    assert [name for name in names if registry.load("layouts", name).recognises(tmp_path)] == ["class_folders"]
    assert clips.recognise(tmp_path) == "class_folders"


def test_numbered_folders_with_names_of_their_own_are_not_esc10(tmp_path):
    write_data(tmp_path, n=1, labels=("001 - Dog bark", "002 - Rain"))
    assert clips.recognise(tmp_path) == "class_folders"


def test_one_label_is_not_enough(tmp_path):
    write_tone(tmp_path / "water" / "tap.wav")
    with pytest.raises(InputError, match="at least two labels"):
        clips.read_clips(tmp_path)
