"""A training that must be over in time, as users run it and by a clock that the test sets."""

import math
from dataclasses import replace

import pytest

from classifier.core import console
from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.records.training_config import TrainingConfig
from classifier.training import data as training_data
from classifier.training.time_limit import TimeLimit
from tests.conftest import CHEAPEST, call_script, write_data
from tests.test_train_model import run_of


class Clock:
    """Seconds that pass by one each time that somebody looks."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


def test_what_is_left_is_shared_and_an_epoch_needs_twice_its_time():
    limit = TimeLimit.of(1, lambda: 100.0)
    assert (limit.end, limit.left, limit.share(3).left) == (160, 60, 20)
    assert limit.fits_epoch(30) and not limit.fits_epoch(31)
    assert replace(limit, clock=lambda: 170.0).left == 0
    assert TimeLimit.of(None).share(2).end == math.inf


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("in_time") / "data")


def test_epochs_so_far_are_kept_and_more_minutes_go_on(data, tmp_path):
    console.import_keras()
    from classifier.training.train import train

    config = TrainingConfig(
        data=str(data), models=(CHEAPEST,), trained=tmp_path, cache=False, epochs=40, max_minutes=0.3, refit="none"
    )
    config.check()
    loaded = training_data.load(config)
    (first,) = train(config, loaded, lambda *_: None, TimeLimit.of(0.3, Clock()))
    limited = first.record.time_limit
    assert limited.is_cut and 1 < limited.epochs < limited.most_epochs == 40
    assert 1 <= first.record.best_epoch <= limited.epochs
    again = replace(config, resume=True, max_minutes=100)
    (whole,) = train(again, loaded, lambda *_: None)
    assert whole.record.time_limit.epochs > limited.epochs and not whole.record.time_limit.is_cut
    before, now = ((tmp_path / CHEAPEST / "history.csv").read_text(), artifact.load(tmp_path / CHEAPEST))
    assert len(before.splitlines()) == 1 + now.record.time_limit.epochs
    assert [path.name for path in tmp_path.iterdir()] == [CHEAPEST]


def test_almost_no_time_is_one_epoch_of_the_first_model_without_a_refit(data, tmp_path):
    command = ["--data", data, "--trained", tmp_path / "out", "--model", f"{CHEAPEST},averaged_mlp", "--epochs", 40]
    said, _ = call_script("TrainModel.py", *command, "--max-minutes", 1e-6, cwd=tmp_path)
    limited = run_of(tmp_path / "out")["time_limit"]
    assert limited == {"minutes": 1e-6, "epochs": 1, "most_epochs": 40, "is_cut": True, "refit_left_out": True}
    assert "Stopped by --max-minutes 1e-06 after epoch 1 of at most 40, epoch 1 kept: --resume with" in said
    assert "Not refitted, for want of time (--max-minutes 1e-06)" in said
    assert "not trained, because --max-minutes 1e-06 were over: averaged_mlp" in said
    assert not (tmp_path / "out" / "averaged_mlp").exists() and not (tmp_path / "out" / CHEAPEST / "heldout").exists()


@pytest.mark.parametrize("minutes", [0, -1, math.inf, math.nan])
def test_no_such_minutes(data, tmp_path, minutes):
    with pytest.raises(InputError, match="--max-minutes .*: give minutes, more than 0"):
        TrainingConfig(data=str(data), trained=tmp_path, max_minutes=minutes).check()
