"""A training as one process group: what it runs, what it writes, and that all of it ends together."""

import os
import signal
import subprocess
import sys

from classifier.core import processes
from classifier.service.jobs import process
from classifier.service.jobs.process import Step
from tests.conftest import ROOT, wait_until, write_data

SECONDS = 60  # a deadline, not a duration


def alive(group):
    """The processes of a session that are no zombies."""
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "-g", str(group)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if not line.split()[1].startswith("Z")]


def write_job(folder, *commands):
    """Each command: a script of the project, and its arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = [Step(script, [sys.executable, str(ROOT / script), *arguments]) for script, *arguments in commands]
    process.write_job(folder, steps)
    return folder


def training(folder):
    """A job that takes longer than any of these tests."""
    data = write_data(folder / "tones")
    settings = ["--model=signal", f"--data={data}", "--no-cache", "--epochs=1000"]
    return write_job(folder, ["TrainModel.py", *settings, f"--trained={folder}/trained"])


def run(folder):
    child = process.start(folder)
    with child.stdin:
        return child.wait(SECONDS)


def test_the_first_script_that_fails_is_the_last_and_its_exit_code_is_the_job_s(tmp_path):
    first, second = (
        ["ConvertModelToTFLite.py", "--model=signal", f"--trained={tmp_path}/trained"],
        ["TrainModel.py", "--model=none"],
    )
    assert run(write_job(tmp_path, first, second)) == 1
    lines = process.log_lines(tmp_path, 1000)
    assert len(lines) == 2  # which script, and what it said
    assert lines[-1].startswith(f"ConvertModelToTFLite.py: {tmp_path / 'trained'} holds no trained model")


def test_an_argument_that_a_script_does_not_know_is_its_exit_code(tmp_path):
    assert run(write_job(tmp_path, ["TrainModel.py", "--epochs=none"])) == 2
    assert process.log_lines(tmp_path, 1000)[-1].startswith("TrainModel.py: error: argument --epochs")


def test_no_shell_reads_an_argument(tmp_path):
    assert run(write_job(tmp_path, ["TrainModel.py", "--model=$(touch hacked); touch hacked `touch hacked`"])) == 1
    assert "$(touch hacked)" in process.log_lines(tmp_path, 1000)[-1]
    assert not (ROOT / "hacked").exists()


def test_the_log_is_written_on_and_a_job_of_nothing_succeeds(tmp_path):
    (tmp_path / process.LOG).write_text("said before\n")
    assert run(write_job(tmp_path)) == 0
    assert process.log_lines(tmp_path, 1000) == ["said before"]


def test_a_script_that_is_killed_leaves_a_sentence(tmp_path):
    child = process.start(training(tmp_path))
    wait_until(lambda: len(alive(child.pid)) == 3 and process.log_lines(tmp_path, 1000))
    os.kill(max(alive(child.pid)), signal.SIGKILL)  # the guard, the job, and its step, which came last
    with child.stdin:
        assert child.wait(SECONDS) == 128 + signal.SIGKILL
    assert process.log_lines(tmp_path, 1000)[-1] == "TrainModel.py: it was ended by signal 9; is memory short?"


def test_the_whole_group_ends_when_its_standard_input_does(tmp_path):
    child = process.start(training(tmp_path))
    wait_until(lambda: len(alive(child.pid)) == 3)
    child.stdin.close()
    assert child.wait(SECONDS) == -signal.SIGKILL
    wait_until(lambda: not alive(child.pid))


def test_a_signal_reaches_the_whole_group(tmp_path):
    child = process.start(training(tmp_path))
    wait_until(lambda: len(alive(child.pid)) == 3)
    processes.send_signal(child, signal.SIGTERM)
    with child.stdin:
        assert child.wait(SECONDS) == -signal.SIGTERM
    wait_until(lambda: not alive(child.pid))
    processes.send_signal(child, signal.SIGTERM)  # to nobody
