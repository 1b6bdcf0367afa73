"""One training as one process group: the three scripts, one after the other. It ends with whoever started it.

python -m classifier.service.jobs.process FOLDER

FOLDER/job.json is a list of command lines, each a script of the project with its arguments. What they say goes to the
end of FOLDER/log.txt, what they make into FOLDER/trained/. The first that fails is the last, and its exit code is ours.
"""

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from Constants import ROOT

JOB = "job.json"
LOG = "log.txt"
TRAINED = "trained"
TEMPORARY = "tmp"  # in the folder, so that what a killed script leaves there goes with it
BEGINS = "$ "  # before the name of a script, in the log
NICER = 10  # who asks a model goes before who trains one
LOOK = 1  # seconds between looks at whether whoever started us is still there
WINDOWS = sys.platform == "win32"  # has no process groups, no niceness and only one way to end a process
KILL = signal.SIGTERM if WINDOWS else signal.SIGKILL


def main(folder):
    """Run the scripts; returns the exit code."""
    end_with_starter()
    folder = Path(folder).resolve()
    shutil.rmtree(folder / TEMPORARY, ignore_errors=True)
    (folder / TEMPORARY).mkdir()
    if not WINDOWS:
        os.nice(NICER)
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "PROGRESS_SECONDS": "1",
        "TMPDIR": str(folder / TEMPORARY),
    }
    with (folder / LOG).open("ab") as log:
        for script, *arguments in json.loads((folder / JOB).read_text(encoding="utf-8")):
            command = [sys.executable, str(ROOT / script), *arguments, "--trained", str(folder / TRAINED)]
            log.write(f"{BEGINS}{script}\n".encode())
            log.flush()
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            code = subprocess.run(command, cwd=ROOT, env=environment, **streams).returncode
            if code < 0:
                log.write(f"\n{script}: {killed(code)}\n".encode())
            if code:
                return code if code > 0 else 128 - code
    return 0


def killed(code):
    """A sentence about a process that did not end by itself; code: as subprocess has it, below 0."""
    return f"it was ended by signal {-code}; is memory short?"


def said(folder, n_bytes):
    """The last lines that the scripts of a job said, those that say something; of a progress bar, its last state.

    Args:
        n_bytes: of the log that are looked at.
    """
    try:
        with (Path(folder) / LOG).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - n_bytes))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    if size > n_bytes:
        text = re.split(r"[\r\n]", text, maxsplit=1)[-1]  # from the start of a line on
    written_over = ([part.rstrip() for part in line.split("\r") if part.strip()] for line in text.split("\n"))
    return [parts[-1] for parts in written_over if parts]


def end_with_starter():
    """From now on this process, and all of its group, is killed when whoever started it is gone.

    It is gone when its end of our standard input is closed, also by kill -9. A process that it forked may hold that
    open: so we look at our parent, too.
    """
    if not WINDOWS and os.getpgrp() != os.getpid():
        os.setpgid(0, 0)  # never the group of a shell
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(starter):
    if WINDOWS:  # cannot wait for a pipe with a limit; there a fork cannot hold it open either
        while os.read(0, 1024):
            pass
        _end_tree(os.getpid())
    else:
        while os.getppid() == starter:
            readable, _, _ = select.select([0], [], [], LOOK)
            if readable and not os.read(0, 1024):
                break
        os.killpg(os.getpgrp(), signal.SIGKILL)


def _end_tree(pid):
    """On Windows: end a process and what it started."""
    subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True)


def start(module, *arguments, log):
    """Start a module that calls end_with_starter, in a process group of its own.

    Args:
        module: such as "classifier.service.jobs.process".
        log: file for what it says, appended to.

    Returns:
        subprocess.Popen; its standard input must stay open as long as it is to live.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with Path(log).open("ab") as file:
        streams = {"stdin": subprocess.PIPE, "stdout": file, "stderr": file}
        return subprocess.Popen(command, cwd=ROOT, start_new_session=True, **streams)


def send(child, number):
    """Send a signal to the group of a process that `start` started, as far as it is still there."""
    if WINDOWS:
        _end_tree(child.pid)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # a group of zombies refuses on some systems
            os.killpg(child.pid, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
