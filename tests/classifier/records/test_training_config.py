from dataclasses import FrozenInstanceError

import pytest

import TrainModel
from classifier.core.errors import InputError
from classifier.records import training_config
from classifier.records.config import RunConfig
from classifier.records.training_config import TrainingConfig
from tests.conftest import run_script, write_data, write_tone


@pytest.fixture
def read(monkeypatch, tmp_path):
    """The config that flags of TrainModel.py make; labels and models are in tmp_path."""

    def from_flags(*flags):
        made = []
        monkeypatch.setattr(TrainModel.TrainingConfig, "from_args", lambda args: made.append(args) or stop())
        settings = ["--trained", tmp_path / "trained"]
        with pytest.raises(StopIteration):
            TrainModel.main([*map(str, settings), *map(str, flags)])
        monkeypatch.undo()
        return TrainingConfig.from_args(made[0])

    def stop():
        raise StopIteration

    return from_flags


def test_flags_become_a_config(read, tmp_path):
    write_data(tmp_path / "data")
    config = read("--data", tmp_path / "data", "--model", "mel,residual", "--fold", 2, "--window", 3, "--no-cache")
    assert (config.models, config.fold, config.window, config.cache) == (("mel", "residual"), 2, 3.0, False)
    assert config.data == str(tmp_path / "data")
    assert config.audio_format("mel").window_length == 48_000
    assert config.run_config() == RunConfig(data=str(tmp_path / "data"), fold=2, window=3.0)
    with pytest.raises(FrozenInstanceError):
        config.fold = 3


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (["--data", "nowhere"], "nowhere: there is no such folder"),
        (["--model", "mell"], "'mell' is none of the models"),
        (["--layout", "heap"], "'heap' is none of the layouts"),
        (["--group-by", "("], "is not a regular expression"),
        (["--group-by", "^h"], "it needs one pair of parentheses"),
        (["--folds-by", "("], "--folds-by '(' is not a regular expression"),
        (["--folds-by", "^h"], "--folds-by '^h' finds no group"),
        (["--train-share", "1.5"], "--train-share 1.5: give a share: more than 0, and at most 1"),
        (["--recipe", "nowhere.json"], "nowhere.json: there is no such file"),
        (["--window", "0.01"], "--window 0.01: give seconds: from 0.05 to 30"),
        (["--background-noise", "nowhere"], "nowhere holds no recordings"),
        (
            ["--negatives", "nowhere"],
            "nowhere is not there; give a folder of recordings in which none of the labels is",
        ),
        (["--negatives-label", "rest"], "--negatives-label and --negatives-as need recordings"),
        (["--negatives", "data", "--negatives-label", "low tone"], "the data has a label 'low tone' already"),
        (["--negatives", "data", "--negatives-label", " "], "give a name that a labels file can hold"),
        (["--fine-tune", "3"], "signal stands on no pretrained network: leave out --fine-tune"),
        (["--coordinator", "a:1"], "must be given too"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_imported(read, tmp_path, monkeypatch, flags, complaint):
    data = write_data(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        read(*([] if flags[0] == "--data" else ["--data", data]), *flags)
    assert complaint in str(refused.value)


def test_a_column_may_have_a_name_that_is_no_regular_expression(read, tmp_path):
    for name in ("a", "b"):
        write_tone(tmp_path / f"{name}.wav")
    table = tmp_path / "recordings.csv"
    table.write_text("path,label,place (\na.wav,x,here\nb.wav,y,there\n")
    assert read("--data", table, "--group-by", "place (", "--folds-by", "place (").group_by == "place ("


def test_a_labels_file_that_differs_or_is_not_there_is_refused_and_not_written(read, tmp_path):
    settings = ["--data", write_data(tmp_path / "data"), "--labels", tmp_path / "labels.txt"]
    with pytest.raises(InputError, match="labels.txt: there is no such file"):
        read(*settings)
    assert not (tmp_path / "labels.txt").exists()
    (tmp_path / "labels.txt").write_text("high tone\nmiddle\n")
    with pytest.raises(InputError, match="only in the file: middle; only in the data: low tone"):
        read(*settings)


def test_a_full_disk_is_named(read, tmp_path, monkeypatch):
    data = write_data(tmp_path / "data")
    monkeypatch.setattr(training_config, "SPACE", 1 << 60)
    with pytest.raises(InputError, match="MB free, and .* are needed .*--trained"):
        TrainingConfig(data=str(data), trained=tmp_path).check()


def test_errors_come_before_tensorflow(tmp_path):
    (tmp_path / "labels.txt").write_text("a\nb\n")
    flags = ["--data", write_data(tmp_path / "data"), "--labels", tmp_path / "labels.txt"]
    _, said = run_script("TrainModel.py", *flags, cwd=tmp_path, expect=1)
    assert "different labels" in said and "starting TensorFlow" not in said
