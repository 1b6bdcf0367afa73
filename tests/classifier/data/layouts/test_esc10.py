from collections import Counter

import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import Clip, esc10


def write_esc10(folder, *names):
    for name in ("001 - Dog bark/1-30226-A.ogg", "010 - Fire crackling/5-9032-B.ogg", *names):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return folder


def test_label_fold_and_source_are_taken_from_the_names(tmp_path):
    write_esc10(tmp_path, "README.txt", "001 - Dog bark/.DS_Store")
    assert clips.recognise(tmp_path) == "esc10"
    assert esc10.clips(tmp_path) == [
        Clip(tmp_path / "001 - Dog bark" / "1-30226-A.ogg", "Dog bark", "30226", 1),
        Clip(tmp_path / "010 - Fire crackling" / "5-9032-B.ogg", "Fire crackling", "9032", 5),
    ]


@pytest.mark.parametrize(
    "name", ["001 - Dog bark/my dog.wav", "001 - Dog bark/1-A.ogg", "cats/1-30226-A.ogg", "1-30226-A.ogg"]
)
def test_a_recording_that_is_named_otherwise_is_an_error(tmp_path, name):
    write_esc10(tmp_path, name)
    with pytest.raises(InputError, match=f"{name} is not named like '001 - Dog bark/1-30226-A.ogg'"):
        esc10.clips(tmp_path)


def test_a_label_without_recordings_is_named(tmp_path):
    write_esc10(tmp_path)
    (tmp_path / "002 - Rain").mkdir()
    with pytest.raises(InputError, match="002 - Rain holds no recordings"):
        esc10.clips(tmp_path)


def test_the_real_data_has_forty_clips_a_label_in_five_folds(shared_data):
    assert clips.recognise(shared_data / "esc10") == "esc10"
    found = esc10.clips(shared_data / "esc10")
    labels, folds = Counter(clip.label for clip in found), Counter(clip.fold for clip in found)
    assert len(labels) == 10 and set(labels.values()) == {40}
    assert folds == {1: 80, 2: 80, 3: 80, 4: 80, 5: 80}
    assert len({clip.group for clip in found}) == len({(clip.group, clip.fold) for clip in found}) < 400
