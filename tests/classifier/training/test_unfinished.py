"""What --resume says before TensorFlow is loaded, and what Ctrl-C says."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.core import disk
from classifier.core.errors import DiskFullError, InputError
from classifier.records.training_config import TrainingConfig
from classifier.training import data as training_data
from classifier.training import unfinished
from tests.conftest import write_data, write_tone


@pytest.fixture
def config(tmp_path):
    data = write_data(tmp_path / "data", n=3)
    return TrainingConfig(data=str(data), models=("mel", "signal"), trained=tmp_path, cache=False)


def interrupt(config, model="mel", epochs=3):
    """Leave behind what a training leaves that was killed after some epochs."""
    folder = unfinished.folder(config.trained, model, "training")
    folder.mkdir()
    run = unfinished.identity(model, config, training_data.load(config))
    about = {"run": run, "history": {"loss": [0.5] * epochs}, "kept": []}
    np.savez(folder / unfinished.STATE, about=json.dumps(about), weights=np.zeros(3))


def resume(config, **changes):
    config = replace(config, resume=True, **changes)
    unfinished.check(config, training_data.load(config))


def test_the_same_training_goes_on_and_what_was_not_begun_is_said(config, capsys):
    interrupt(config)
    resume(config)
    said = capsys.readouterr().err
    assert f"signal: {config.trained} holds nothing to go on with; it is trained from the start" in said
    assert "mel: " not in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 4}, "other arguments (--seed 0, now 4)"),
        ({"epochs": 2, "fold": 1}, "other arguments (--fold 0, now 1; --epochs no, now 2)"),
        ({"paper": True}, "other arguments (--paper no, now yes), another recipe (batch size 32, now 64"),
        ({"group_by": "(.)"}, "other arguments (--group-by no, now (.))"),
    ],
)
def test_other_arguments_are_named_with_both_values(config, changes, said):
    interrupt(config)
    with pytest.raises(InputError) as error:
        unfinished.compare(
            config.trained,
            unfinished.identity("mel", config, data := training_data.load(config)),
            unfinished.identity("mel", replace(config, **changes), data),
        )
    assert f"was begun with {said}" in str(error.value)
    assert str(error.value).endswith("put that back, or leave out --resume to begin from the start")


def test_a_fold_that_was_changed_in_the_table_is_refused_for_what_was_learned_would_test(config):
    def table(folds):
        rows = [f"{label}/{i}.wav,{label},{folds[i]}" for label in labels for i in range(3)]
        (data / "clips.csv").write_text("\n".join(["path,label,fold", *rows]))

    data = Path(config.data)
    labels = [folder.name for folder in data.iterdir()]
    for label in labels:
        for i, path in enumerate(sorted((data / label).iterdir())):
            path.rename(path.with_name(f"{i}.wav"))
    table([0, 1, 2])
    config = replace(config, data=str(data / "clips.csv"))
    interrupt(config)
    resume(config)
    table([1, 2, 0])
    with pytest.raises(InputError, match="was begun with other splits .a group, fold or split of a recording was chan"):
        resume(config)


def test_what_was_left_half_written_goes_with_the_training(config):
    interrupt(config)
    for name in (".mel-a1b2", ".mel_wide-a1b2", "mel"):
        (config.trained / name).mkdir()
    unfinished.forget(config.trained, "mel", refit_only=True)
    assert (config.trained / ".mel-a1b2").is_dir() and (config.trained / ".mel.training").is_dir()
    unfinished.forget(config.trained, "mel")
    assert sorted(path.name for path in config.trained.iterdir()) == [".mel_wide-a1b2", "data", "mel"]


def test_another_seed_is_refused_by_check(config):
    interrupt(config)
    with pytest.raises(InputError, match=r"\.mel\.training was begun with other arguments \(--seed 0, now 1\): "):
        resume(config, seed=1)


def test_other_recordings_are_named_as_data(config, tmp_path):
    interrupt(config)
    write_tone(tmp_path / "data" / "low tone" / "l9_new.wav", hertz=500)
    with pytest.raises(InputError, match=r"begun with other data \(recordings were added, removed or changed\): put"):
        resume(config)


def test_another_recipe_and_other_labels_are_named(config):
    now = unfinished.identity("mel", config, training_data.load(config))
    before = {**now, "recipe": {**now["recipe"], "learning_rate": 5.0}, "labels": ["a", "b"]}
    with pytest.raises(InputError) as error:
        unfinished.compare(config.trained, before, now)
    assert "other labels (a, b; now high tone, low tone), another recipe (learning rate 5.0, now 0.001): " in str(
        error.value
    )


def stopped(config):
    data = training_data.load(config)
    with pytest.raises(KeyboardInterrupt) as end, unfinished.told(config, data):
        raise KeyboardInterrupt
    return str(end.value)


def test_ctrl_c_gives_a_command_only_where_it_works(config, monkeypatch):
    given = ["TrainModel.py", "--data", "a b", "--model=mel,signal", "--resume", "--epochs", "9"]
    monkeypatch.setattr("sys.argv", given)
    assert (
        stopped(config)
        == "what was finished before is untouched; no epoch was finished, so there is nothing to go on with"
    )
    interrupt(config, "signal")
    said = stopped(config)
    assert said.startswith("to go on with signal after epoch 3: ")
    assert said.endswith("TrainModel.py --data 'a b' --epochs 9 --model signal --resume")
    assert "nothing to go on with" in stopped(replace(config, seed=3))


def test_a_full_disk_gives_one_command_and_not_the_same_one_again(config, monkeypatch):
    monkeypatch.setattr("sys.argv", ["TrainModel.py"])
    data = training_data.load(config)
    interrupt(config, "signal")
    with pytest.raises(DiskFullError) as end, unfinished.told(config, data):
        raise DiskFullError(f"state.npz cannot be written; {disk.AGAIN}")
    assert str(end.value).startswith("state.npz cannot be written; make room; to go on with signal after epoch 3: ")


def test_a_recipe_file_counts_by_what_it_says_and_not_by_its_path(config, tmp_path):
    paths = [tmp_path / name for name in ("one.json", "same.json", "other.json")]
    for path, masks in zip(paths, (0.1, 0.1, 0.2), strict=True):
        path.write_text(f'{{"masks": {masks}}}')
    data = training_data.load(config)
    one, same, other = (unfinished.identity("mel", replace(config, recipe=str(path)), data) for path in paths)
    assert one == same
    with pytest.raises(InputError, match="another recipe .masks 0.1, now 0.2"):
        unfinished.compare(tmp_path, one, other)


def test_who_trains_alone_leaves_no_lock_and_no_empty_folder(config, tmp_path):
    config = replace(config, trained=tmp_path / "new" / "trained")
    data = training_data.load(config)
    with unfinished.alone(config, data):
        with pytest.raises(InputError, match="another process trains .*mel now"), unfinished.alone(config, data):
            pass
        assert sorted(path.name for path in config.trained.iterdir()) == [".mel.lock", ".signal.lock"]
    assert not config.trained.exists()
    with unfinished.alone(config, data):
        (config.trained / "mel").mkdir()
    assert [path.name for path in config.trained.iterdir()] == ["mel"]
