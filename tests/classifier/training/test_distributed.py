"""Two processes on one machine train what one process trains with the doubled batch; flags; processes that are lost."""

import contextlib
import csv
import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from classifier.audio.recording import read
from classifier.audio.windows import cut_audio_pad_last
from classifier.core.errors import InputError
from classifier.data import audio_cache
from classifier.records import artifact
from classifier.records.team import VARIABLES, Team
from classifier.training import distributed
from tests.conftest import COMPILES_FAST, ROOT, run_script, wait_until, write_data
from tests.test_train_model import train

MODELS = ("residual",)  # has batch normalisation and dropout, what depends on all of a batch and on random numbers
EPOCHS, BATCH = 3, 2
PATIENCE = 400  # seconds after which a test gives up
# Runs TrainModel.py with batches of another size; the trial conversion, which starts TensorFlow, only where asked for.
PROGRAM = """
import dataclasses, sys
from classifier.core import console
from classifier.records import recipe
console.import_keras()
of_file = recipe._of_file
recipe._of_file = lambda *names: dataclasses.replace(of_file(*names), batch_size=int(sys.argv[1]))
if sys.argv[3] == "unconverted":
    from classifier.export import convert
    convert.try_export = lambda *_: None
import TrainModel
console.run(lambda: TrainModel.main(sys.argv[4:]))
"""
ON_JAX = {
    "KERAS_BACKEND": "jax",
    "PYTHONPATH": str(ROOT),
    "XLA_FLAGS": COMPILES_FAST,
}


def started(folder, out, batch, *args, **environment):
    arguments = ["--model", ",".join(MODELS), "--data", folder / "data"]
    arguments += ["--epochs", EPOCHS, "--trained", folder / out, "--no-refit", *args]
    tried = "converted" if out == "alone" else "unconverted"
    command = [sys.executable, "-c", PROGRAM, str(batch), ",".join(MODELS), tried, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=folder, env={**os.environ, **ON_JAX, **environment}, **pipes)


def ended(child):
    """(code, what it printed, what it said)."""
    try:
        printed, said = child.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        raise AssertionError(child.communicate()) from None
    return child.returncode, printed, said


def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("distributed")
    write_data(folder / "data")
    return folder


@pytest.fixture(scope="module")
def alone(folder):
    """One process with the doubled batch."""
    code, _, said = ended(started(folder, "alone", 2 * BATCH))
    assert code == 0, said
    return folder / "alone"


@pytest.fixture(scope="module")
def together(folder, alone):
    """Two processes, of which the second is killed in the first model, and both then go on.

    What process 0 says when that happens, what both print and say when they go on, and where the models are.
    """
    where = address()
    flags = ["--coordinator", where, "--processes", 2, "--process"]
    first, second = (started(folder, f"together{k}", BATCH, *flags, k) for k in (0, 1))
    with contextlib.ExitStack() as stack:
        stack.callback(first.kill)
        stack.callback(second.kill)
        state = folder / "together0" / f".{MODELS[0]}.training" / "state.npz"
        wait_until(lambda: state.exists() or first.poll() is not None or second.poll() is not None)
        assert first.poll() is None and second.poll() is None, (ended(first), ended(second))
        second.kill()
        lost = ended(first)
        ended(second)
    variables = dict(zip(VARIABLES.values(), (address(), "2"), strict=False))
    children = [
        started(folder, f"together{k}", BATCH, "--resume", **variables, KERAS_DISTRIBUTION_PROCESS_ID=str(k))
        for k in (0, 1)
    ]
    return {"lost": lost, "again": [ended(child) for child in children], "out": folder / "together0"}


def history(folder):
    rows = list(csv.DictReader((folder / "history.csv").open()))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        team = Team(f"127.0.0.1:{taken.getsockname()[1]}", 2, 0)
        with pytest.raises(InputError, match="the port of 127.0.0.1:.* is taken; give all of them another"):
            with distributed.joined(team):
                raise AssertionError("nobody can come")


def test_a_process_says_that_another_is_lost_and_does_not_wait_for_it(together):
    code, printed, said = together["lost"]
    assert code == 1, said
    assert "process 0 of 2: another process was lost" in said
    assert "--resume" in said.splitlines()[-1]
    assert "wrote" not in printed


def test_only_the_first_process_speaks_and_writes(together):
    (code, printed, said), (other_code, other_printed, other_said) = together["again"]
    assert (code, other_code) == (0, 0), said + other_said
    assert f"{MODELS[0]}: going on after epoch" in said
    assert f"wrote {together['out'] / MODELS[0]}" in printed
    assert all(line.startswith("[Gloo]") for line in other_printed.splitlines())  # what JAX itself says
    assert "process 1 of 2: learning" in other_said
    assert "going on" not in other_said
    assert sorted(path.name for path in together["out"].iterdir()) == sorted(MODELS)
    assert not together["out"].with_name("together1").exists()


@pytest.mark.parametrize("model", MODELS)
def test_two_processes_lose_what_one_loses_with_the_doubled_batch(alone, together, model):
    one, two = history(alone / model), history(together["out"] / model)
    assert len(one["loss"]) == EPOCHS
    for name, values in one.items():
        assert two[name][0] == pytest.approx(values[0], rel=1e-4), name
        assert two[name] == pytest.approx(values, rel=2e-3), name  # half a batch is rounded otherwise, and it adds up
    runs = [json.loads((out / model / "run.json").read_text()) for out in (alone, together["out"])]
    assert [run["recipe"]["batch_size"] for run in runs] == [2 * BATCH, 2 * BATCH]
    assert [(run["backend"], run["processes"]) for run in runs] == [("jax", 1), ("jax", 2)]
    assert runs[1]["versions"]["jax"]


@pytest.mark.parametrize("model", MODELS)
def test_tensorflow_answers_what_jax_has_answered(folder, together, model):
    trained = artifact.load(together["out"] / model)
    predictions = trained.predictions("test")
    signals = [read(path, trained.audio_format.sample_rate) for path in trained.test_recordings()]
    kept = [audio_cache.to_float(audio_cache.to_int16(signal)) for signal in signals]
    windows = np.concatenate([cut_audio_pad_last(signal, trained.audio_format.window_length) for signal in kept])
    model = artifact.load_keras(trained)
    assert np.asarray(model(windows)) == pytest.approx(predictions["probabilities"], abs=1e-4)


def test_they_are_converted_by_tensorflow_whatever_the_environment_says(together, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    _, said = run_script("ConvertModelToTFLite.py", "--trained", together["out"], cwd=tmp_path)
    assert "starting TensorFlow" in said
    for model in MODELS:
        assert (together["out"] / model / "model.tflite").is_file()


def test_several_processes_need_jax(tmp_path, monkeypatch):
    write_data(tmp_path / "data")
    args = ["--coordinator", "127.0.0.1:9900", "--processes", 2, "--process", 0]
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    _, said = train(tmp_path / "data", tmp_path / "out", *args, expect=1)
    assert "set KERAS_BACKEND=jax in the environment" in said
    assert "pip install" in said


@pytest.mark.parametrize(
    ("backend", "complaint"),
    [("jax", 'JAX is not installed: pip install "jax==0.10.2"'), ("torch", "trained with tensorflow or jax")],
)
def test_a_backend_that_is_not_there_is_named(backend, complaint):
    program = (
        "import sys; sys.modules['jax'] = None; from classifier.core import console; console.run(console.import_keras)"
    )
    environment = {**os.environ, **ON_JAX, "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert complaint in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
