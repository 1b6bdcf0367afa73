import pytest

from classifier.core import atomic_files


def test_a_failed_folder_leaves_the_old_one_and_nothing_else(tmp_path):
    (tmp_path / "mel").mkdir()
    (tmp_path / "mel" / "old").touch()
    with pytest.raises(KeyboardInterrupt), atomic_files.new_folder(tmp_path / "mel") as fresh:
        (fresh / "new").touch()
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.rglob("*")] == ["mel", "old"]


def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path):
    (tmp_path / "mel").mkdir()
    (tmp_path / "mel" / "old").touch()
    with atomic_files.new_folder(tmp_path / "mel") as fresh:
        (fresh / "new").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["mel", "new"]


def test_a_failed_file_leaves_the_old_one_and_nothing_else(tmp_path):
    (tmp_path / "model.tflite").write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_files.new_file(tmp_path / "model.tflite") as fresh:
        fresh.write_text("new")
        1 / 0  # noqa: B018
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("model.tflite", "old")]


def test_the_old_folder_is_kept_under_another_name_in_place_of_one_that_had_it(tmp_path):
    for name in ("first", "second", "third"):
        with atomic_files.new_folder(tmp_path / "mel", tmp_path / "mel.previous") as fresh:
            (fresh / name).touch()
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*/*")) == [
        "mel.previous/second",
        "mel/third",
    ]
    assert len(list(tmp_path.iterdir())) == 2
