"""One training as a process: its steps, one after the other.

python -m classifier.service.jobs.process FOLDER

FOLDER/job.json is a list of steps. What they write goes to the end of the log of this process, what they make into
FOLDER/trained/. The first step that fails is the last, and its exit code is ours.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from classifier.core import atomic_files, processes
from Constants import ROOT

JOB = "job.json"
LOG = "log.txt"
TRAINED = "trained"
TEMPORARY = "tmp"  # in the folder, so that what a killed step leaves there goes with it
STEP_PREFIX = "$ "  # before the name of a step, in the log
NICENESS = 10  # who asks a model goes before who trains one


@dataclass(frozen=True)
class Step:
    """A command of a job; name: for the log and for messages; private: what it decodes is kept no longer than it."""

    name: str
    command: list[str]
    private: bool = False


def write_job(folder: Path, steps: Sequence[Step]) -> None:
    """Write FOLDER/job.json; the file is whole or not there."""
    with atomic_files.new_file(folder / JOB) as fresh:
        fresh.write_text(json.dumps([asdict(step) for step in steps]), encoding="utf-8")


def read_job(folder: Path) -> list[Step]:
    """The steps of FOLDER/job.json."""
    return [Step(**step) for step in json.loads((folder / JOB).read_text(encoding="utf-8"))]


def start(folder: Path) -> subprocess.Popen:
    """Start the job of a folder; as of processes.start, its log is FOLDER/log.txt."""
    return processes.start([sys.executable, "-m", "classifier.service.jobs.process", str(folder)], folder / LOG)


def log_lines(folder: Path, n_bytes: int) -> list[str]:
    """The last lines of the log of a job, as of processes.last_lines."""
    return processes.last_lines(folder / LOG, n_bytes)


def main(folder: Path) -> int:
    """Run the steps; returns the exit code."""
    folder = folder.resolve()
    shutil.rmtree(folder / TEMPORARY, ignore_errors=True)
    (folder / TEMPORARY).mkdir()
    if not processes.WINDOWS:
        os.nice(NICENESS)
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "PROGRESS_SECONDS": "1",
        "TMPDIR": str(folder / TEMPORARY),
    }
    for step in read_job(folder):
        print(f"{STEP_PREFIX}{step.name}", flush=True)
        cache = {"CLASSIFIER_CACHE": environment["TMPDIR"]} if step.private else {}
        code = subprocess.run(step.command, cwd=ROOT, env=environment | cache, stdin=subprocess.DEVNULL).returncode
        if step.private:
            shutil.rmtree(folder / TEMPORARY, ignore_errors=True)
        if code < 0:
            print(f"\n{step.name}: {processes.exit_reason(code)}", flush=True)
        if code:
            return processes.exit_code(code)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
