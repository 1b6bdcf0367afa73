"""The refit: what ships learns from more, every figure stays the held-out model's, and a kill loses nothing."""

import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from classifier.core import console
from classifier.records import artifact
from classifier.records.recipe import FIELD
from classifier.training import unfinished
from tests.conftest import ROOT, write_data
from tests.test_train_model import train

console.import_tensorflow()
import tensorflow as tf  # noqa: E402

MODEL, PAPER = "averaged_mlp", "--paper"  # its paper has no patience: the last epoch is kept, whatever validation says
EPOCHS = 20  # so many that the refit is killed before the last
FIGURES = ("scores", "thresholds", "alarms", "calibration", "best_epoch", "split")


def trained_as(data, out, *args):
    printed, said = train(data, out, PAPER, *args, model=MODEL, epochs=EPOCHS)
    return artifact.load(out / MODEL), printed, said


def weights_of(trained):
    return np.concatenate([values.ravel() for values in artifact.load_keras(trained).get_weights()])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("refit") / "data")


@pytest.fixture(scope="module")
def plain(data):
    """Without a refit."""
    return trained_as(data, data.parent / "plain")[0]


@pytest.fixture(scope="module")
def refitted(data):
    return trained_as(data, data.parent / "refitted", "--refit", "all")


@pytest.fixture(scope="module")
def killed(data):
    """The folder of trained models that is left when a training is killed in its refit."""
    out = data.parent / "killed"
    command = [sys.executable, ROOT / "TrainModel.py", "--data", data, "--trained", out, "--model", MODEL, PAPER]
    state = unfinished.folder(out, MODEL, unfinished.refit_of("training")) / unfinished.STATE
    with subprocess.Popen([*command, "--epochs", str(EPOCHS)], stderr=subprocess.DEVNULL, cwd=data.parent) as child:
        while not state.exists():
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
    assert not (out / MODEL).exists()
    return out


def test_what_ships_has_learned_from_all_and_the_figures_are_those_of_a_training_without_refit(plain, refitted):
    shipped, printed, said = refitted
    for field in FIGURES:
        assert getattr(shipped.record, field) == getattr(plain.record, field), field
    assert np.array_equal(shipped.predictions("test")["probabilities"], plain.predictions("test")["probabilities"])
    assert np.array_equal(weights_of(shipped.held_out), weights_of(plain))
    assert not np.array_equal(weights_of(shipped), weights_of(plain))
    of = shipped.record.refit
    assert of.splits == ["train", "validation", "test"] and of.recordings == 10 and of.scores is None
    assert of.steps == EPOCHS  # the recordings to learn from are one batch, as all are
    assert plain.record.refit is None and not (plain.folder / artifact.HELD_OUT).exists()
    assert "refit: averaged_mlp learns again from all 10 recordings (before: 6) for the 20 steps that its" in said
    assert "Refitted: the model that ships learned from 10 recordings" in printed


def test_the_held_out_model_has_a_whole_folder_of_its_own(plain, refitted):
    held_out = artifact.load(refitted[0].folder / artifact.HELD_OUT)
    without_report = {path.name for path in plain.folder.iterdir()} - {artifact.REPORT}
    assert {path.name for path in held_out.folder.iterdir()} == without_report
    assert held_out.record.refit is None and held_out.record.scores == plain.record.scores
    assert artifact.figures(refitted[0].folder) == held_out.folder and artifact.figures(plain.folder) == plain.folder
    assert refitted[0].history() == plain.history()
    page = (refitted[0].folder / artifact.REPORT / artifact.PAGE).read_text()
    assert "Measured on heldout/model.keras" in page and "which is in heldout/" in page
    assert [path.name for path in refitted[0].folder.parent.iterdir()] == [MODEL]


def test_a_refit_that_leaves_the_test_split_out_is_tested_on_it(data, refitted):
    of = trained_as(data, data.parent / "without", "--refit", "without-test")[0]
    assert of.record.refit.recordings == 8 and of.record.refit.scores.recordings.n == 2
    right = (of.refit_predictions()["probabilities"].argmax(axis=1) == of.refit_predictions()["targets"]).sum()
    assert of.record.refit.scores.windows.right == right
    assert of.record.scores == refitted[0].record.scores
    assert not np.array_equal(weights_of(of), weights_of(refitted[0]))


def test_a_killed_refit_goes_on_and_ends_with_the_same_weights(data, killed, refitted, tmp_path):
    out = shutil.copytree(killed, tmp_path / "killed")
    again, _, said = trained_as(data, out, "--resume", "--refit", "all")
    assert f"{MODEL}: its {EPOCHS} epochs were done before" in said
    assert f"the refit of {MODEL}: going on after epoch" in said
    assert np.array_equal(weights_of(again), weights_of(refitted[0]))
    assert np.array_equal(weights_of(again.held_out), weights_of(refitted[0].held_out))
    assert again.record.training_seconds > 1 and [path.name for path in out.iterdir()] == [MODEL]


def test_a_killed_refit_can_be_left_out(data, killed, plain, tmp_path):
    out = shutil.copytree(killed, tmp_path / "killed")
    again, _, said = trained_as(data, out, "--resume")  # and --no-refit, which `train` gives
    assert "refit" not in said
    assert again.record.scores == plain.record.scores and np.array_equal(weights_of(again), weights_of(plain))
    assert [path.name for path in out.iterdir()] == [MODEL]


def test_another_refit_does_not_go_on_from_there(data, killed, tmp_path):
    out = shutil.copytree(killed, tmp_path / "killed")
    settings = (PAPER, "--resume", "--refit", "without-test")
    said = train(data, out, *settings, model=MODEL, epochs=EPOCHS, expect=1)[1]
    assert "was begun with other arguments (--refit all, now without-test)" in said


def test_the_learning_rate_of_a_refit_falls_to_its_end(data, tmp_path):
    train(data, tmp_path, "--refit", "all", model="stft_mean_mlp", epochs=EPOCHS)
    assert artifact.load(tmp_path / "stft_mean_mlp").record.best_epoch < EPOCHS
    (log,) = (tmp_path / "stft_mean_mlp" / "logs" / "train").iterdir()
    rates = [
        float(tf.make_ndarray(value.tensor))
        for event in tf.compat.v1.train.summary_iterator(str(log))
        for value in event.summary.value
        if value.tag == "epoch_learning_rate"
    ]
    assert rates[-1] == pytest.approx(0.01 * FIELD.learning_rate, rel=0.05)
