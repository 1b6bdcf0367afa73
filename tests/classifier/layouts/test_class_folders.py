import pytest

from classifier.layouts import class_folders
from Constants import InputError
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


def test_one_label_is_not_enough(tmp_path):
    write_tone(tmp_path / "water" / "tap.wav")
    with pytest.raises(InputError, match="at least two labels"):
        class_folders.clips(tmp_path)
