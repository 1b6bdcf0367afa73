import numpy as np
import pytest
import soundfile

from classifier.core.errors import InputError
from classifier.data import audio_cache, one_class, splits
from classifier.data.layouts import Clip
from classifier.data.one_class import ABNORMAL, NORMAL
from tests.conftest import RATE, write_data, write_tone


@pytest.mark.parametrize("name", ["monday.wav", "pump_monday.wav"])  # the second looks like label_anything.wav
def test_a_folder_without_folders_is_normal(tmp_path, name):
    write_tone(tmp_path / name)
    write_tone(tmp_path / f"other_{name}")
    found = one_class.read(tmp_path)
    assert {clip.label for clip in found} == {NORMAL}
    assert len({clip.group for clip in found}) == 2


def test_the_label_that_is_named_is_normal_and_all_others_are_not(tmp_path):
    write_data(tmp_path, n=2, labels=("hum", "knock", "squeak"))
    found = one_class.read(tmp_path, "hum")
    assert [(clip.path.parent.name, clip.label) for clip in found[1:4]] == [
        ("hum", NORMAL),
        ("knock", ABNORMAL),
        ("knock", ABNORMAL),
    ]
    with pytest.raises(InputError, match="no recordings of the label 'normal': name the one .* hum, knock, squeak"):
        one_class.read(tmp_path)


def test_an_abnormal_clip_tests_unless_a_normal_one_of_its_group_is_learned_from(tmp_path):
    normal = [Clip(tmp_path / f"{i}.wav", NORMAL, f"machine {i}") for i in range(5)]
    abnormal = [Clip(tmp_path / f"broken {i}.wav", ABNORMAL, f"machine {i}") for i in range(6)]
    clips = [*normal, *abnormal]
    names = one_class.split(clips, list(range(len(clips))))
    assert sorted(names[:5]) == ["test", "train", "train", "train", "validation"]
    expected = [name if name == "test" else splits.LEFT_OUT for name in names[:5]]
    assert names[5:].tolist() == [*expected, "test"]


def test_of_sites_the_one_that_is_left_out_tests(tmp_path):
    about = [(label, site) for site in "ab" for label in (NORMAL, ABNORMAL) for _ in range(4)]
    clips = [Clip(tmp_path, label, str(i), source=site) for i, (label, site) in enumerate(about)]
    names = one_class.split(clips, list(range(len(clips))), fold=1)
    assert set(names[:4]) == {"train", "validation"}
    assert set(names[4:8]) == {splits.LEFT_OUT}
    assert set(names[8:]) == {"test"}


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        ("silent", r"0\.wav.*1\.wav.*3 normal recording\(s\) are digital silence"),
        ("equal", r"all 3 normal recordings hold the same sound, such as .*0\.wav"),
    ],
)
def test_recordings_that_teach_nothing_are_refused_by_name(tmp_path, kind, complaint):
    for i in range(3):
        path = write_tone(tmp_path / f"{i}.wav", seconds=1)
        if kind == "silent":
            soundfile.write(path, np.zeros(RATE), RATE)
    audio = audio_cache.read(one_class.read(tmp_path), tmp_path, RATE, keep=False)
    with pytest.raises(InputError, match=complaint):
        one_class.check(audio, tmp_path)
