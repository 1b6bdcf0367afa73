"""What training says of data and settings that it cannot use, as users hear it."""

import shutil

import pytest

from classifier.core import registry
from tests.conftest import run_script, write_data, write_tone
from tests.test_train_model import train


def no_data(data):
    data.mkdir()


def one_class(data):
    write_data(data, labels=("alarm",))


def one_recording(data):
    write_data(data)
    write_tone(data / "rare" / "only.wav")


def all_unreadable(data):
    write_data(data)
    for path in (data / "low tone").iterdir():
        path.write_text("these are words")


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda data: None, "there is no such folder"),
        (no_data, "holds no data"),
        (one_class, "at least two labels"),
        (one_recording, "'rare' has 1 recording(s) or group(s); it needs at least 3"),
        (all_unreadable, "none of the 5 recording(s) of 'low tone' can be read"),
    ],
)
def test_data_that_can_not_be_used_is_explained_and_nothing_is_written(tmp_path, make, complaint):
    make(tmp_path / "data")
    _, said = train(tmp_path / "data", tmp_path / "out", expect=1)
    assert complaint in said
    assert str(tmp_path / "data") in said or "'rare'" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--model", "mell"], "'mell' is none of the models: " + ", ".join(registry.names("models"))),
        (["--fold", "7"], "--fold 7: there are folds 0 to 4"),
        (["--group-by", "("], "not a regular expression"),
        (
            ["--model", "mel", "--window", "0.1"],
            "mel cannot be built for windows of 0.1 s at 16000 Hz, an FFT of 128 samples every 32, 16 mel bands: a "
            "layer is longer than what it runs over; take another --window",
        ),
        (["--model", "averaged_mlp", "--window", "0.1"], "16 mel bands have no 40 coefficients"),
        (["--window", "31"], "--window 31: give seconds: from 0.05 to 30"),
    ],
)
def test_settings_that_can_not_be_used_are_explained(tmp_path, args, complaint):
    write_data(tmp_path / "data")
    _, said = train(tmp_path / "data", tmp_path / "out", *args, expect=1)
    assert complaint in said


@pytest.mark.parametrize("args", [["--epochs", "0"], ["--seed", "-1"], ["--fold", "x"]])
def test_numbers_that_make_no_sense_are_refused_at_once(tmp_path, args):
    _, said = run_script("TrainModel.py", *args, cwd=tmp_path, expect=2)
    assert f"argument {args[0]}: {args[1]}: give a whole number from" in said


def test_labels_that_differ_from_the_folders_are_explained(tmp_path):
    write_data(tmp_path / "data")
    (tmp_path / "labels.txt").write_text("high tone\nlow tone\nlow tone\n")
    flags = (tmp_path / "data", tmp_path / "out", "--labels", tmp_path / "labels.txt")
    assert "line 3: 'low tone' is on line 2 already" in train(*flags, expect=1)[1]
    (tmp_path / "labels.txt").write_text("high tone\nmiddle\n")
    _, said = train(*flags, expect=1)
    assert "only in the file: middle; only in the data: low tone" in said
    assert "--labels" in said


def test_the_same_sound_under_two_labels_is_an_error_unless_it_is_decided(tmp_path):
    data = write_data(tmp_path / "data")
    shutil.copy(data / "low tone" / "l0_take.wav", data / "high tone" / "copy.wav")
    _, said = train(data, tmp_path / "out", expect=1)
    assert "1 sound(s) have two labels: high tone/copy.wav (high tone) = low tone/l0_take.wav (low tone)" in said
    printed, _ = train(data, tmp_path / "out", "--duplicates", "drop")
    assert "2 of 11 recordings were skipped, for the reasons above" in printed
    _, said = train(data, tmp_path / "out", "--duplicates", "keep")
    assert said.splitlines()[-1].startswith("WARNING: 1 sound(s) have two labels")
