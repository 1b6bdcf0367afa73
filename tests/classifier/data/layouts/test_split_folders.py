import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import split_folders


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def write_splits(folder, *splits):
    return write(
        folder, *(f"{split}/{label}/{i}.wav" for split in splits for label in ("dog", "cat") for i in range(2))
    )


def read(folder):
    """{(split or fold, label): groups}."""
    found = {}
    for clip in clips.read_clips(folder):
        found.setdefault((clip.fold if clip.split is None else clip.split, clip.label), []).append(clip.group)
    return found


def test_a_folder_per_split_with_a_folder_per_label(tmp_path, capsys):
    write_splits(tmp_path, "train", "val", "test")
    assert clips.recognise(tmp_path) == "split_folders"
    found = read(tmp_path)
    assert set(found) == {(split, label) for split in ("train", "validation", "test") for label in ("dog", "cat")}
    assert found["validation", "dog"] == ["val/dog/0.wav", "val/dog/1.wav"]
    assert "folders of a split, not of a label: test (test), train (train), val (validation)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["Training", "VALID", "Test_Set"], ["train", "validation", "test"]),
        (["train", "dev", "eval"], ["train", "validation", "test"]),
        (["train", "eval", "test"], ["train", "validation", "test"]),
        (["train", "eval"], ["train", "validation"]),
        (["dev", "eval"], ["train", "test"]),
        (["train-data", "validation"], ["train", "validation"]),
        (["fold1", "fold_2", "Fold 10"], [1, 2, 10]),
    ],
)
def test_names_of_splits_and_folds(tmp_path, names, splits):
    write_splits(tmp_path, *names)
    assert {part: {group.split("/")[0] for group in groups} for (part, _), groups in read(tmp_path).items()} == {
        split: {name} for name, split in zip(names, splits, strict=True)
    }


def test_folders_of_splits_in_the_folders_of_labels(tmp_path):
    write(tmp_path, "dog/train/1.wav", "dog/test/2.wav", "cat/train/3.wav", "cat/test/4.wav")
    assert read(tmp_path) == {
        ("train", "cat"): ["cat/train/3.wav"],
        ("test", "cat"): ["cat/test/4.wav"],
        ("train", "dog"): ["dog/train/1.wav"],
        ("test", "dog"): ["dog/test/2.wav"],
    }


def test_a_table_in_each_split_gives_its_labels(tmp_path):
    for split in ("train", "test"):
        write(tmp_path, f"{split}/1.wav", f"{split}/2.wav")
        (tmp_path / split / "labels.csv").write_text("path,label\n1.wav,dog\n2.wav,cat\n")
    assert read(tmp_path)["test", "cat"] == ["test/2.wav"]


@pytest.mark.parametrize(
    "names",
    [
        ("train/1.wav", "car/2.wav", "bus/3.wav"),  # a train is a vehicle, too
        ("train/monday/1.wav", "car/monday/2.wav"),
        ("train/1.wav", "test/1.wav", "car/2.wav"),
        ("dog/fold1/1.wav", "cat/2.wav"),
    ],
)
def test_labels_that_are_named_like_a_split_stay_labels(tmp_path, names):
    write(tmp_path, *names)
    assert clips.recognise(tmp_path) == "class_folders"


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["train/1.wav", "test/1.wav"], "test is named like a split, and holds 1.wav in no folder of a label"),
        (["train/dog/1.wav", "test/1.wav"], "test is named like a split, and holds 1.wav in no folder of a label"),
        (["train/dog/1.wav", "test/dog/2.wav", "extra/3.wav"], "extra lies beside test, train, which are named like"),
        (["train/dog/1.wav", "val/dog/2.wav", "valid/dog/3.wav"], "val and valid are both the split validation"),
    ],
)
def test_what_is_no_split_and_no_label_is_named(tmp_path, names, complaint):
    write(tmp_path, *names)
    with pytest.raises(InputError, match=complaint):
        split_folders.clips(tmp_path)
