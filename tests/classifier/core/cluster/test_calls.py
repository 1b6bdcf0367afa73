"""A process that answers calls: values, errors, and its end when nobody asks any longer."""

import io
import os
import pickle
import subprocess
import sys
import zipfile
from operator import mul, truediv

import pytest

from classifier.core.cluster import calls, travelling
from tests.conftest import ROOT, wait_until


def begin_and_wait(folder):
    """Leave a mark when the call is begun, and one when it cleans up."""
    (folder / "begun").touch()
    try:
        wait_until(lambda: False)
    finally:
        (folder / "cleaned up").touch()


class OneWay(Exception):
    """Can be pickled, and not unpickled."""

    def __init__(self, first, second):
        super().__init__(first)


def fail(kind):
    raise kind("one", "two")


def ask(child, *call):
    pickle.dump(pickle.dumps(call), child.stdin)
    child.stdin.flush()


@pytest.fixture
def child(tmp_path):
    """The process as it runs on a worker, in the unpacked project; a shell's background job ignores Ctrl-C."""
    (tmp_path / "packed.zip").write_bytes(travelling.packed({}, {}))
    zipfile.ZipFile(tmp_path / "packed.zip").extractall(tmp_path / "project")
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "-c", ignoring, sys.executable, "-m", "classifier.core.cluster.calls"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path / "project", **pipes) as process:
        yield process
        process.kill()


def test_a_process_answers_what_it_is_asked_whatever_calls_print(child, tmp_path):
    for call in ((mul, (2, 3)), (print, ("not an answer",)), (os.getcwd, ())):
        ask(child, *call)
    answers = [pickle.loads(pickle.load(child.stdout)) for _ in range(3)]
    assert answers == [(6, None), (None, None), (str(tmp_path / "project"), None)]
    child.stdin.close()
    assert child.wait() == 0


def test_a_call_that_nobody_waits_for_is_ended_and_cleans_up(child, tmp_path):
    ask(child, begin_and_wait, (tmp_path,))
    wait_until((tmp_path / "begun").exists)
    child.stdin.close()
    assert child.wait() == 0 and (tmp_path / "cleaned up").exists()


def test_what_a_call_raises_travels_with_its_place(monkeypatch):
    monkeypatch.setattr(calls, "_check", lambda: None)
    _, error = pickle.loads(calls.answer(pickle.dumps((truediv, (1, 0)))))
    assert isinstance(error, ZeroDivisionError) and "calls.py" in error.__notes__[0]
    _, error = pickle.loads(calls.answer(pickle.dumps((fail, (OneWay,)))))
    # once distributed is imported, in another test, pickle knows a way for such exceptions, too
    assert isinstance(error, (RuntimeError, OneWay)) and "one" in str(error)


def test_the_code_travels_and_recordings_and_models_do_not():
    names = zipfile.ZipFile(io.BytesIO(travelling.packed({"sent/a": ROOT / "labels.txt"}, {"a": "1"}))).namelist()
    assert {"TrainModel.py", "Constants.py", "requirements.txt", "classifier/core/cluster/calls.py", "sent/a"} <= set(
        names
    )
    tops = {name.partition("/")[0] for name in names if "/" in name}
    assert tops == {"classifier", "sent", "tests"}  # tests: of this test process alone
