import json
import shutil

import pytest

from classifier import artifact
from Constants import InputError


def test_a_failed_folder_leaves_the_old_one_and_nothing_else(tmp_path):
    (tmp_path / "mel").mkdir()
    (tmp_path / "mel" / "old").touch()
    with pytest.raises(KeyboardInterrupt), artifact.new_folder(tmp_path / "mel") as fresh:
        (fresh / "new").touch()
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.rglob("*")] == ["mel", "old"]


def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path):
    (tmp_path / "mel").mkdir()
    (tmp_path / "mel" / "old").touch()
    with artifact.new_folder(tmp_path / "mel") as fresh:
        (fresh / "new").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["mel", "new"]


def test_a_failed_file_leaves_the_old_one_and_nothing_else(tmp_path):
    (tmp_path / "model.tflite").write_text("old")
    with pytest.raises(ZeroDivisionError), artifact.new_file(tmp_path / "model.tflite") as fresh:
        fresh.write_text("new")
        1 / 0  # noqa: B018
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("model.tflite", "old")]


@pytest.fixture
def copy(trained, tmp_path):
    return shutil.copytree(trained.out / "signal", tmp_path / "signal")


def edit(copy, change):
    run = json.loads((copy / "run.json").read_text())
    change(run)
    (copy / "run.json").write_text(json.dumps(run))


def test_a_model_trained_under_another_constant_is_refused(copy):
    edit(copy, lambda run: run["contract"].update(n_mels=64))
    with pytest.raises(InputError, match="trained with n_mels = 64, Constants.py says 128"):
        artifact.load(copy)


def test_another_contract_is_welcome_when_the_run_asked_for_it(copy):
    def change(run):
        run["run"]["seconds"] = 1.0
        run["contract"]["piece_length"] = 16_000

    edit(copy, change)
    assert artifact.load(copy).contract.seconds == 1


@pytest.mark.parametrize("missing", ["run.json", "model.keras"])
def test_a_half_written_folder_is_refused(copy, missing):
    (copy / missing).unlink()
    with pytest.raises(InputError, match=f"half written.*{missing} missing"):
        artifact.load(copy)


def test_a_damaged_run_is_refused(copy):
    (copy / "run.json").write_text("{")
    with pytest.raises(InputError, match="run.json is damaged"):
        artifact.load(copy)


def test_what_is_not_trained_is_named(trained, tmp_path):
    assert [model.name for model in artifact.trained(trained.out)] == ["mel", "signal"]
    with pytest.raises(InputError, match="no trained 'zoo', only mel, signal"):
        artifact.trained(trained.out, "signal,zoo")
    with pytest.raises(InputError, match="holds no trained model; run TrainModel.py first"):
        artifact.trained(tmp_path)


def test_the_example_is_a_recording_held_out_in_training(trained):
    model = artifact.load(trained.out / "mel")
    assert artifact.example(model.folder) == model.test_recordings()[0]
    assert artifact.example(model.folder / "model.tflite") == model.test_recordings()[0]
