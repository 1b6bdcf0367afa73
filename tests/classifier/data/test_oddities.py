import os
import unicodedata

import pytest

from classifier.core import console
from classifier.core.errors import InputError
from classifier.data import clips


@pytest.fixture
def read(tmp_path, capsys, monkeypatch):
    """Reads a folder of these files; returns {label: names} and what was said."""
    monkeypatch.setattr(console, "_warnings", {})

    def of(*names):
        for name in names:
            path = os.fsencode(tmp_path / name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w").close()
        found = {}
        for clip in clips.read_clips(tmp_path):
            found.setdefault(clip.label, []).append(clip.name(tmp_path))
        return found, capsys.readouterr().err

    return of


def test_a_plain_folder_is_read_without_a_word(read):
    assert read("dog/1.wav", "dog/2.wav", "cat/kitchen/3.wav", "README.md", "Thumbs.db") == (
        {"cat": ["cat/kitchen/3.wav"], "dog": ["dog/1.wav", "dog/2.wav"]},
        "",
    )


@pytest.mark.parametrize(
    "names",
    [
        ["dog/a/b/1.wav", "cat/a/b/2.wav"],
        ["dog/train/1.wav", "dog/test/2.wav", "cat/train/3.wav", "cat/test/4.wav"],
    ],
)
def test_folders_in_labels_that_are_no_labels_are_not_warned_of(read, names):
    found, said = read(*names)
    assert set(found) == {"cat", "dog"} and "WARNING" not in said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["dog/1.wav", "cat/2.wav", "3.wav"], "1 of its recordings have no label and are not used: 3.wav; put them"),
        (
            ["dog/cat/1.wav", "cat/2.wav"],
            "a folder 'cat' lies in the folder of dog, and its recordings have that label",
        ),
        (
            ["a/dog/1.wav", "a/cat/2.wav", "b/dog/1.wav", "b/cat/2.wav"],
            "the labels are a, b, and not the folders in th",
        ),
        (["a,b/1.wav", "c/2.wav"], "these labels have a comma: 'a,b'; each is read as one label, comma and all"),
        (["Cat/1.wav", "cat/2.wav"], "these labels differ only in capitals or in how they are written: 'Cat', 'cat'"),
        (["dog bark/1.wav", "dog_bark/2.wav"], "differ only in capitals or in how they are written: 'dog bark', 'dog_"),
        (["2024-05-01/1.wav", "2024-05-02/2.wav"], "these labels are dates: '2024-05-01', '2024-05-02'"),
        (["20240501/1.wav", "20240502/2.wav"], "these labels are dates: '20240501', '20240502'"),
        (["0/1.wav", "1/2.wav"], "these labels are numbers: '0', '1'"),
    ],
)
def test_what_may_be_meant_otherwise_is_said(read, names, said):
    found, words = read(*names)
    assert f"{said}" in words and words.count("WARNING") >= 1
    assert len(found) == 2


def test_blanks_and_forms_of_unicode_make_no_other_label(read):
    names = [unicodedata.normalize(form, "vögel") for form in ("NFC", "NFD")]
    found, said = read(f"{names[0]}/1.wav", f"{names[1]}/2.wav", "dog /3.wav")
    assert {label: len(paths) for label, paths in found.items()} == {"vögel": 2, "dog": 1}
    assert "'vögel' is written in 2 ways that look the same; they are read as one label" in said


@pytest.mark.parametrize("label", ["a\nb", "a\tb", "h\udcfcnd", "a\u2028b"])
def test_a_label_that_no_file_can_hold_is_refused(read, label):
    with pytest.raises(InputError, match="holds a line break, a control character or bytes that are not UTF-8.*rename"):
        read(f"{label}/1.wav", "cat/2.wav")


def test_a_link_to_a_folder_is_followed_and_read_once(read, tmp_path):
    for name in ("elsewhere/1.wav", "elsewhere/2.wav", "data/dog/3.wav", "data/cat/4.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "data" / "dog" / "session").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "data" / "dog" / "again").symlink_to(tmp_path / "data" / "dog")
    assert [clip.label for clip in clips.read_clips(tmp_path / "data")] == ["cat", "dog", "dog", "dog"]


def test_a_link_that_leads_nowhere_is_not_left_out(read, tmp_path):
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    found, _ = read("dog/1.wav", "cat/2.wav")
    assert found["dog"] == ["dog/1.wav", "dog/gone.wav"]
