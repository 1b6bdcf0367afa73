"""A training that is killed and gone on with, as users run it."""

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from classifier.records import artifact
from tests.conftest import CHEAPEST, ROOT, call_script, wait_until, write_data
from tests.test_train_model import train

EPOCHS = 40  # so many that it is killed before the last


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A model trained undisturbed ("whole"), and killed after an epoch or more and gone on with ("again")."""
    folder = tmp_path_factory.mktemp("killed")
    data = write_data(folder / "data")
    train(data, folder / "whole", epochs=EPOCHS)
    command = [sys.executable, ROOT / "TrainModel.py", "--data", data, "--trained", folder / "again", "--model"]
    command += [CHEAPEST, "--epochs", str(EPOCHS), "--no-refit"]
    state = folder / "again" / f".{CHEAPEST}.training" / "state.npz"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder) as child:
        wait_until(lambda: state.exists() or child.poll() is not None)
        child.send_signal(signal.SIGKILL)
    assert not (folder / "again" / CHEAPEST).exists()
    with pytest.raises(AssertionError, match=r"begun with other arguments \(--seed 0, now 1\): put that back"):
        train(data, folder / "again", "--resume", "--seed", 1, epochs=EPOCHS)
    _, said = train(data, folder / "again", "--resume", epochs=EPOCHS)
    assert "going on after epoch" in said
    return folder


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(killed):
    whole, again = (artifact.load_keras(artifact.load(killed / name / CHEAPEST)) for name in ("whole", "again"))
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_its_history_goes_on_too(killed):
    whole, again = ((killed / name / CHEAPEST / "history.csv").read_text() for name in ("whole", "again"))
    assert whole == again
    assert list((killed / "again" / CHEAPEST / "logs" / "train").glob("events*"))
    assert [path.name for path in (killed / "again").iterdir()] == [CHEAPEST]


def test_ctrl_c_gives_the_command_that_goes_on(killed, tmp_path):
    script = [sys.executable, ROOT / "TrainModel.py", "--data", killed / "data", "--trained", tmp_path / "a b"]
    script += ["--model", CHEAPEST, f"--epochs={EPOCHS}", "--no-refit"]
    state = tmp_path / "a b" / f".{CHEAPEST}.training" / "state.npz"
    with subprocess.Popen(script, stderr=subprocess.PIPE, cwd=tmp_path, text=True) as child:
        wait_until(lambda: state.exists() or child.poll() is not None)
        child.send_signal(signal.SIGINT)
        said = child.stderr.read()
    assert child.returncode == 130 and "Traceback" not in said
    sentence, _, command = said.rstrip().splitlines()[-1].partition(": ")  # a progress bar is wiped out behind it
    assert sentence.startswith(f"stopped; to go on with {CHEAPEST} after epoch ") and command.endswith("--resume")
    python, again, *arguments = shlex.split(command)
    assert (python, Path(again)) == (sys.executable, ROOT / "TrainModel.py")
    assert f"{CHEAPEST}: going on after epoch" in call_script("TrainModel.py", *arguments, cwd=tmp_path)[1]
