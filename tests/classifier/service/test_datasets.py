"""What is uploaded is read as TrainModel.py reads it, and nothing else of the server is."""

import zipfile
from collections import Counter

import pytest

from classifier.core.errors import InputError
from classifier.data.clips import read_clips
from classifier.service import datasets
from classifier.service.settings import Settings
from tests.conftest import write_tone

NAMES = [f"data/{folder}/{i}.wav" for folder in ("a", "b") for i in range(2)]


def archive(folder, table):
    tone = write_tone(folder / "tone.wav", seconds=0.1)
    with zipfile.ZipFile(folder / "a.zip", "w") as held:
        for name in NAMES:
            held.write(tone, name)
        held.writestr("data/labels.csv", table)
    return folder / "a.zip"


def unpacked(folder, table):
    return datasets.unpacked(archive(folder, table), folder / "upload", Settings(home=folder / "home"))


def test_a_table_beside_folders_says_the_labels(tmp_path):
    rows = [f"{name.removeprefix('data/')},{label}\n" for name, label in zip(NAMES, ("dog", "cat") * 2, strict=True)]
    data = unpacked(tmp_path, "path,label\n" + "".join(rows))
    assert Counter(clip.label for clip in read_clips(data)) == {"dog": 2, "cat": 2}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{outside},dog", "recordings that are not in the archive; put them into it"),
        ("../../tone.wav,dog", "recordings that are not in the archive|there is no such recording"),
        ("a/9.wav,dog", "labels.csv, line 3"),
        ("a/0.wav", "labels.csv, line 3"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_and_nothing_is_left(tmp_path, row, why):
    table = "path,label\na/0.wav,cat\n" + row.format(outside=tmp_path / "tone.wav") + "\n"
    with pytest.raises(InputError, match=why) as refusal:
        unpacked(tmp_path, table)
    assert not (tmp_path / "upload").exists() and "the uploaded data" in str(refusal.value)
