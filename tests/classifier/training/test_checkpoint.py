"""A training that is killed and gone on with, as users run it."""

import os
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
        try:
            wait_until(lambda: state.exists() or child.poll() is not None)
            child.send_signal(signal.SIGSTOP)
            _, refused = train(data, folder / "again", "--resume", epochs=EPOCHS, expect=1)
        finally:
            child.kill()
    assert f"another process trains {folder / 'again' / CHEAPEST} now: wait for it, or name another" in refused
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


CTRL_C_INSIDE_TENSORFLOW = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
import TrainModel
from classifier.core import console
console.import_tensorflow()
from tensorflow.python.eager import context
state, handle = Path(sys.argv.pop()), context.Context._handle.fget
def property_that_tensorflow_reads(self):
    if state.exists() and not said:
        said.append(os.kill(os.getpid(), signal.SIGINT))
    return handle(self)
said = []
context.Context._handle = property(property_that_tensorflow_reads)
console.run(TrainModel.main)
"""


def test_ctrl_c_inside_tensorflow_gives_the_command_that_goes_on(killed, tmp_path):
    arguments = ["--data", killed / "data", "--trained", tmp_path / "a b", "--model", CHEAPEST, f"--epochs={EPOCHS}"]
    state = tmp_path / "a b" / f".{CHEAPEST}.training" / "state.npz"
    lines = f"import sys\nsys.argv[0] = {str(ROOT / 'TrainModel.py')!r}\n{CTRL_C_INSIDE_TENSORFLOW}"
    script = [sys.executable, "-c", lines, *arguments, "--no-refit", state]
    stopped = subprocess.run(
        script, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert stopped.returncode == 130 and "Traceback" not in stopped.stderr, stopped.stderr
    sentence, _, command = stopped.stderr.rstrip().splitlines()[-1].partition(": ")
    assert sentence.startswith(f"stopped; to go on with {CHEAPEST} after epoch ") and command.endswith("--resume")
    python, again, *arguments = shlex.split(command)
    assert (python, Path(again)) == (sys.executable, ROOT / "TrainModel.py")
    assert f"{CHEAPEST}: going on after epoch" in call_script("TrainModel.py", *arguments, cwd=tmp_path)[1]
