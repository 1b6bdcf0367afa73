"""A training that is killed and gone on with, as users run it."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from classifier.records import artifact
from tests.conftest import ROOT, write_data
from tests.test_train_model import train


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """mel trained undisturbed ("whole"), and killed after some epochs and gone on with ("again")."""
    folder = tmp_path_factory.mktemp("killed")
    data = write_data(folder / "data")
    train(data, folder / "whole", model="mel", epochs=12)
    command = [sys.executable, ROOT / "TrainModel.py", "--data", data, "--trained", folder / "again", "--model", "mel"]
    command += ["--labels", folder / "labels.txt", "--epochs", "12"]
    state = folder / "again" / ".mel.training" / "state.npz"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder) as child:
        epochs = 0
        while epochs < 3:
            assert child.poll() is None
            if state.exists():
                with np.load(state) as held:
                    epochs = len(json.loads(str(held["about"]))["history"]["loss"])
        child.send_signal(signal.SIGKILL)
    assert not (folder / "again" / "mel").exists()
    with pytest.raises(AssertionError, match="begun with another seed"):
        train(data, folder / "again", "--resume", "--seed", 1, model="mel", epochs=12)
    _, said = train(data, folder / "again", "--resume", model="mel", epochs=12)
    assert "going on after epoch" in said
    return folder


def test_a_killed_training_goes_on_and_ends_with_the_same_weights(killed):
    whole, again = (artifact.load_keras(artifact.load(killed / name / "mel")) for name in ("whole", "again"))
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_its_history_goes_on_too(killed):
    whole, again = ((killed / name / "mel" / "history.csv").read_text() for name in ("whole", "again"))
    assert whole == again
    assert list((killed / "again" / "mel" / "logs" / "train").glob("events*"))
    assert [path.name for path in (killed / "again").iterdir()] == ["mel"]
