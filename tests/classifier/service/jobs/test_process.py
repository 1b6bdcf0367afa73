"""A training as one process group: what it runs, what it says, and that it never outlives its server."""

import json
import os
import signal
import subprocess
import sys

import pytest

from classifier.service.jobs import process
from tests.conftest import ROOT, wait_until, write_data

SECONDS = 60  # a deadline, not a duration
SERVER = """
import os, sys, time
from classifier.service import job
child = job.start("classifier.service.jobs.process", sys.argv[1], log=sys.argv[1] + "/log.txt")
print(child.pid, flush=True)
if sys.argv[2] == "forks" and os.fork() == 0:
    print(os.getpid(), flush=True)
time.sleep(600)
"""


def alive(group):
    """The processes of a session that are no zombies."""
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "-g", str(group)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if not line.split()[1].startswith("Z")]


def write_job(folder, *commands):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / process.JOB).write_text(json.dumps(commands))
    return folder


def training(folder):
    """A job that takes longer than any of these tests."""
    data = write_data(folder / "tones")
    settings = ["--model=signal", f"--data={data}", f"--labels={folder}/labels.txt", "--no-cache", "--epochs=1000"]
    return write_job(folder, ["TrainModel.py", *settings])


def run(folder):
    child = process.start(process.__name__, folder, log=folder / process.LOG)
    with child.stdin:
        return child.wait(SECONDS)


def test_the_first_script_that_fails_is_the_last_and_its_exit_code_is_the_job_s(tmp_path):
    first, second = ["ConvertModelToTFLite.py", "--model=signal"], ["TrainModel.py", "--model=none"]
    assert run(write_job(tmp_path, first, second)) == 1
    lines = process.said(tmp_path, 1000)
    assert len(lines) == 2  # which script, and what it said
    assert lines[-1].startswith(f"ConvertModelToTFLite.py: {tmp_path / 'trained'} holds no trained model")


def test_an_argument_that_a_script_does_not_know_is_its_exit_code(tmp_path):
    assert run(write_job(tmp_path, ["TrainModel.py", "--epochs=none"])) == 2
    assert process.said(tmp_path, 1000)[-1].startswith("TrainModel.py: error: argument --epochs")


def test_no_shell_reads_an_argument(tmp_path):
    assert run(write_job(tmp_path, ["TrainModel.py", "--model=$(touch hacked); touch hacked `touch hacked`"])) == 1
    assert "$(touch hacked)" in process.said(tmp_path, 1000)[-1]
    assert not (ROOT / "hacked").exists()


def test_the_log_is_written_on_and_a_job_of_nothing_succeeds(tmp_path):
    (tmp_path / process.LOG).write_text("said before\n")
    assert run(write_job(tmp_path)) == 0
    assert process.said(tmp_path, 1000) == ["said before"]


def test_of_a_progress_bar_the_last_state_is_said(tmp_path):
    (tmp_path / process.LOG).write_bytes("one\r\n\rbar 1/3\rbar 3/3\r       \r  two\n\n█▎ 4/9\r█▉ 5/9".encode())
    assert process.said(tmp_path, 1000) == ["one", "  two", "█▉ 5/9"]


def test_of_a_long_log_the_end_is_said_from_the_start_of_a_line_on(tmp_path):
    (tmp_path / process.LOG).write_text("".join(f"line {i}\n" for i in range(10_000)))
    assert process.said(tmp_path, 35) == ["line 9997", "line 9998", "line 9999"]
    assert process.said(tmp_path / "none", 30) == []


def test_a_script_that_is_killed_leaves_a_sentence(tmp_path):
    child = process.start(process.__name__, training(tmp_path), log=tmp_path / process.LOG)
    wait_until(lambda: len(alive(child.pid)) > 1 and process.said(tmp_path, 1000))
    script = next(number for number in alive(child.pid) if number != child.pid)
    os.kill(script, signal.SIGKILL)
    with child.stdin:
        assert child.wait(SECONDS) == 128 + signal.SIGKILL
    assert process.said(tmp_path, 1000)[-1] == "TrainModel.py: it was ended by signal 9; is memory short?"


def test_the_whole_group_ends_when_its_standard_input_does(tmp_path):
    child = process.start(process.__name__, training(tmp_path), log=tmp_path / process.LOG)
    wait_until(lambda: len(alive(child.pid)) > 1)
    child.stdin.close()
    assert child.wait(SECONDS) == -signal.SIGKILL
    wait_until(lambda: not alive(child.pid))


@pytest.mark.parametrize("server", ["alone", "forks"])
def test_the_whole_group_ends_when_the_server_is_killed(tmp_path, server):
    """Also where a process that the server forked goes on holding the job's standard input open."""
    command = [sys.executable, "-c", SERVER, training(tmp_path), server]
    killed = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    group = int(killed.stdout.readline())
    forked = int(killed.stdout.readline()) if server == "forks" else None
    wait_until(lambda: len(alive(group)) > 1)
    killed.kill()
    killed.wait()
    wait_until(lambda: not alive(group))
    if forked:
        os.kill(forked, signal.SIGKILL)
    killed.stdout.close()


def test_a_signal_reaches_the_whole_group(tmp_path):
    child = process.start(process.__name__, training(tmp_path), log=tmp_path / process.LOG)
    wait_until(lambda: len(alive(child.pid)) > 1)
    process.send(child, signal.SIGTERM)
    with child.stdin:
        assert child.wait(SECONDS) == -signal.SIGTERM
    wait_until(lambda: not alive(child.pid))
    process.send(child, signal.SIGTERM)  # to nobody
