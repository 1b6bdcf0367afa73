"""Child processes: their group, their log, and that none outlives its parent."""

import os
import signal
import subprocess
import sys

import pytest

from classifier.core import processes
from tests.conftest import ROOT, wait_until

SECONDS = 60  # a deadline, not a duration
SLEEP = "import time; print('up', flush=True); time.sleep(600)"
PARENT = """
import os, sys, time
from pathlib import Path
from classifier.core import processes
child = processes.start([sys.executable, "-c", sys.argv[3]], Path(sys.argv[1]))
print(child.pid, flush=True)
if sys.argv[2] == "forks" and os.fork() == 0:
    print(os.getpid(), flush=True)
time.sleep(600)
"""


def alive(group):
    """The processes of a session that are no zombies."""
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "-g", str(group)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if not line.split()[1].startswith("Z")]


def start(folder, program):
    return processes.start([sys.executable, "-c", program], folder / "log.txt")


def is_up(folder):
    return "up" in processes.last_lines(folder / "log.txt", 1000)


def code_of(folder, program):
    child = start(folder, program)
    with child.stdin:
        return child.wait(SECONDS)


def test_the_exit_code_and_the_output_are_the_command_s(tmp_path):
    assert code_of(tmp_path, "import sys; print('said'); sys.exit('why')") == 1
    assert processes.last_lines(tmp_path / "log.txt", 1000) == ["said", "why"]
    assert code_of(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)") == 128 + signal.SIGKILL


def test_no_shell_reads_an_argument(tmp_path):
    child = processes.start([sys.executable, "-c", "import sys; print(sys.argv[1])", "$(id); `id`"], tmp_path / "log")
    with child.stdin:
        assert child.wait(SECONDS) == 0
    assert processes.last_lines(tmp_path / "log", 1000) == ["$(id); `id`"]


def test_the_group_ends_when_its_standard_input_is_closed(tmp_path):
    child = start(tmp_path, SLEEP)
    wait_until(lambda: is_up(tmp_path))
    child.stdin.close()  # as the system does when the parent is killed
    assert child.wait(SECONDS) == -signal.SIGKILL
    wait_until(lambda: not alive(child.pid))


@pytest.mark.parametrize("parent", ["alone", "forks"])
def test_the_group_ends_when_its_parent_is_killed(tmp_path, parent):
    """Also where a process that the parent forked goes on holding the standard input open."""
    command = [sys.executable, "-c", PARENT, tmp_path / "log.txt", parent, SLEEP]
    killed = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    group = int(killed.stdout.readline())
    forked = int(killed.stdout.readline()) if parent == "forks" else None
    wait_until(lambda: is_up(tmp_path))
    killed.kill()
    killed.wait()
    wait_until(lambda: not alive(group))
    if forked:
        os.kill(forked, signal.SIGKILL)
    killed.stdout.close()


def test_a_command_may_clean_up_before_it_is_killed(tmp_path):
    child = start(tmp_path, f"try:\n    {SLEEP.replace('; ', chr(10) + '    ')}\nfinally: print('clean', flush=True)")
    wait_until(lambda: is_up(tmp_path))
    processes.stop(child, SECONDS, signal.SIGINT)
    assert "clean" in processes.last_lines(tmp_path / "log.txt", 1000)
    assert not alive(child.pid)


def test_a_command_that_does_not_listen_is_killed(tmp_path):
    child = start(tmp_path, f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {SLEEP}")
    wait_until(lambda: is_up(tmp_path))
    processes.stop(child, 0.2, signal.SIGINT)
    wait_until(lambda: not alive(child.pid))
    processes.stop(child, 0.2)  # it has ended already


def test_of_a_progress_bar_the_last_state_is_read(tmp_path):
    (tmp_path / "log").write_bytes("one\r\n\rbar 1/3\rbar 3/3\r       \r  two\n\n█▎ 4/9\r█▉ 5/9".encode())
    assert processes.last_lines(tmp_path / "log", 1000) == ["one", "  two", "█▉ 5/9"]


def test_of_a_long_log_the_end_is_read_from_the_start_of_a_line_on(tmp_path):
    (tmp_path / "log").write_text("".join(f"line {i}\n" for i in range(10_000)))
    assert processes.last_lines(tmp_path / "log", 35) == ["line 9997", "line 9998", "line 9999"]
    assert processes.last_lines(tmp_path / "none", 30) == []


def test_an_exit_code_becomes_a_sentence():
    assert processes.exit_reason(-9) == processes.exit_reason(137) == "it was ended by signal 9; is memory short?"
    assert processes.exit_reason(2) == "it ended with code 2 and wrote nothing"
