"""Child processes: a group of their own that ends with the parent, a log, and a stop with patience.

python -m classifier.core.processes COMMAND ...     runs a command until it ends or the parent is gone; see `start`
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from Constants import ROOT

CHECK_SECONDS = 1  # between two checks whether the parent is still there
WINDOWS = sys.platform == "win32"  # has no process groups, and only one way to end a process
KILL = signal.SIGTERM if WINDOWS else signal.SIGKILL


def start(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen:
    """Start a command in the project's folder, in a process group that is killed when this process is gone.

    Args:
        command: program and arguments; no shell reads them.
        log: file to append standard output and standard error to.
        environment: variables that replace or extend those of this process.

    Returns:
        The process. Its standard input must stay open for as long as the command is to run. Its exit code is the
        command's, or 128 + n where signal n ended the command.
    """
    guarded = [sys.executable, "-m", "classifier.core.processes", *command]
    with Path(log).open("ab") as file:
        return subprocess.Popen(
            guarded,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
        )


def stop(child: subprocess.Popen, patience: float, request: int = signal.SIGTERM) -> None:
    """Ask a process of `start` and its group to end, then kill what is left of the group.

    Args:
        patience: seconds between the request and the kill.
        request: signal to ask with.
    """
    if child.poll() is None:
        send_signal(child, request)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    send_signal(child, KILL)
    child.wait()
    if child.stdin:
        child.stdin.close()


def send_signal(child: subprocess.Popen, number: int) -> None:
    """Send a signal to the group of a process of `start`; nothing happens where the group is gone."""
    if WINDOWS:
        _end_tree(child.pid)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # a group of zombies refuses on some systems
            os.killpg(child.pid, number)


def last_lines(log: Path, n_bytes: int) -> list[str]:
    """The last lines of a log that are not empty; of a progress bar, its last state.

    Args:
        n_bytes: how much of the end of the log to read.

    Returns:
        Lines without line ends, from the start of a line on; [] where there is no log.
    """
    try:
        with Path(log).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - n_bytes))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    if size > n_bytes:
        text = re.split(r"[\r\n]", text, maxsplit=1)[-1]
    overwritten = ([part.rstrip() for part in line.split("\r") if part.strip()] for line in text.split("\n"))
    return [parts[-1] for parts in overwritten if parts]


def exit_reason(code: int) -> str:
    """A sentence about an exit code that no sentence in the log explains.

    Args:
        code: as subprocess has it: below 0, or above 128 from `start`, where a signal ended the process.
    """
    number = -code if code < 0 else code - 128
    if number > 0:
        return f"it was ended by signal {number}; is memory short?"
    return f"it ended with code {code} and wrote nothing"


def exit_code(code: int) -> int:
    """The exit code that a shell gives for a code of subprocess: 128 + n for signal n."""
    return code if code >= 0 else 128 - code


def _run(command: Sequence[str]) -> int:
    """Run a command; the whole group is killed as soon as the parent is gone.

    The parent is gone when its end of our standard input is closed, also by kill -9. A process that it forked may hold
    that end open, so the id of our parent is checked too.
    """
    signal.signal(signal.SIGINT, lambda *_: None)  # the command has its own handler; we wait for its exit code
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    return exit_code(child.wait())


def _end_with_parent(parent: int) -> None:
    closed = threading.Event()
    threading.Thread(target=lambda: (os.read(0, 1), closed.set()), daemon=True).start()
    while os.getppid() == parent and not closed.wait(CHECK_SECONDS):
        pass
    if WINDOWS:
        _end_tree(os.getpid())
    else:
        os.killpg(os.getpgrp(), KILL)


def _end_tree(pid: int) -> None:
    """On Windows: end a process and what it started."""
    subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True)


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
