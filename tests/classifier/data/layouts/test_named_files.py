import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import Clip, named_files


def write_files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return folder


def test_the_label_ends_at_the_first_underscore(tmp_path):
    write_files(tmp_path, "car horn_in the_street.WAV", "silence_1.flac", "README_first.md", "notes/a.txt")
    assert clips.recognise(tmp_path) == "named_files"
    assert named_files.clips(tmp_path) == [
        Clip(tmp_path / "car horn_in the_street.WAV", "car horn", "car horn_in the_street.WAV"),
        Clip(tmp_path / "silence_1.flac", "silence", "silence_1.flac"),
    ]


@pytest.mark.parametrize("name", ["song.wav", "_song.wav", " _song.wav", "live/song_1.wav"])
def test_a_recording_without_a_label_in_its_name_is_an_error(tmp_path, name):
    write_files(tmp_path, "silence_1.wav", "speech_1.wav", name)
    assert not named_files.recognises(tmp_path)
    with pytest.raises(InputError, match=f"{name} is not named like .*label_anything.wav"):
        named_files.clips(tmp_path)


def test_a_folder_without_recordings_is_not_one_of_named_files(tmp_path):
    write_files(tmp_path, "README_first.md")
    assert not named_files.recognises(tmp_path)


def test_a_list_beside_the_recordings_knows_better(tmp_path):
    write_files(tmp_path, "monday_1.wav", "tuesday_1.wav")
    (tmp_path / "labels.csv").write_text("path,label\nmonday_1.wav,rain\ntuesday_1.wav,sun\n")
    assert clips.recognise(tmp_path) == "table"
    (tmp_path / "labels.csv").unlink()
    (tmp_path / "classes.txt").write_text("rain\nsun\n")
    (tmp_path / "train.txt").write_text("monday_1.wav 0\ntuesday_1.wav 1\n")
    assert clips.recognise(tmp_path) == "split_files"


def test_the_real_data_has_a_recording_of_each_of_three_labels(shared_data):
    assert clips.recognise(shared_data / "formats") == "named_files"
    assert [clip.label for clip in named_files.clips(shared_data / "formats")] == ["silence", "song", "speech"]
