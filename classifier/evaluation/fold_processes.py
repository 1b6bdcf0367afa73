"""Train folds in processes of their own: several at once on this machine, or on the workers of a Dask cluster.

On a cluster a worker mirrors data that has an address, and sends the trained folder to where the results have one; what
is given by its path lies where all machines see it. The weights of pretrained networks travel.
"""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.core import parallel, processes
from classifier.core.cluster import checks
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.evaluation import fold_progress
from classifier.evaluation.cross_validation import FoldTraining
from classifier.records import artifact
from classifier.records.recipe import file_of
from classifier.records.refit import NONE
from classifier.storage import mirror, remote
from classifier.storage.locations import is_remote

TRAINING_BYTES = 2e9  # a training takes 1.3 GB; the rest is for its pages of the decoded recordings
TRAINING_CORES = 2  # more than two hardly make a training of these models faster
POLL_SECONDS = 0.2  # between two checks of a process
INVALID_INPUT = 1  # exit code of a script after a sentence about it; see console.run
BALANCED = "balanced accuracy", "balanced_accuracy"  # in words, and as a field of UnitScores
STOP_SECONDS = 10  # a process has to end when it is asked to


@dataclass(frozen=True)
class Outcome:
    """How a training went. code: its exit code, None where it was not begun. log: all that it wrote."""

    number: int
    code: int | None
    log: str = ""


def default_jobs() -> int:
    """How many trainings this machine has cores and memory for, at least 1."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else TRAINING_BYTES
    return int(max(1, min(parallel.cpu_count() // TRAINING_CORES, memory // TRAINING_BYTES)))


def train(
    trainings: Sequence[FoldTraining],
    labels: Sequence[str],
    jobs: int,
    scheduler: str | None = None,
    address: str | None = None,
    weights: Sequence[Path] = (),
    may_fail: Sequence[FoldTraining] = (),
) -> set[Path]:
    """Run trainings, some at a time, with one line for each that ends. Whatever stops this process stops them too.

    Args:
        trainings: those of one evaluation.
        labels: in the order of the outputs.
        jobs: trainings at a time on this machine; on a cluster it is one per thread of its workers.
        scheduler: address of a Dask scheduler; None for this machine.
        address: that the folder of the results is a mirror of; None where it is none.
        weights: files of the folder of that name that the trainings start from.
        may_fail: those of the trainings that may fail; the others go on then.

    Returns:
        the folders of the trainings that failed.

    Raises:
        InputError: another training failed; those that were under way are finished first.
    """
    if not trainings:
        return set()
    lenient, failed = {training.folder.resolve() for training in may_fail}, set()
    started, n_done, failure = time.monotonic(), 0, None
    trainings = [replace(training, out=training.out.resolve(), split={}) for training in trainings]  # few bytes
    stop_file = f"{address if scheduler and address else trainings[0].out.parent}/.stop-{uuid.uuid4().hex}"
    with contextlib.ExitStack() as at_the_end:
        logs = Path(at_the_end.enter_context(tempfile.TemporaryDirectory()))
        log_of = {n: None if scheduler else logs / f"{n}.txt" for n in range(len(trainings))}
        told = scheduler and address
        calls = [(n, one, labels, stop_file, told, log_of[n], one.folder in lenient) for n, one in enumerate(trainings)]
        at_the_end.callback(remote.remove, stop_file)
        sent = {f"{path.parent.name}/{path.name}": path for path in weights}
        trainings[0].out.parent.mkdir(parents=True, exist_ok=True)
        shared = _shared(trainings, address) if scheduler else ()
        results = parallel.results(_train, calls, scheduler, jobs, shared=shared, sent=sent)
        outcomes = at_the_end.enter_context(contextlib.closing(results))
        with_refit = trainings[0].config.refit != NONE
        titles = {log: one.title for one, log in zip(trainings, log_of.values(), strict=True) if log}
        with contextlib.nullcontext(say) if scheduler else fold_progress.shown(titles, with_refit) as tell:
            for outcome in outcomes:
                training = trainings[outcome.number]
                if outcome.code == 0:
                    if address:
                        mirror.updated(address) if scheduler else mirror.upload(training.out.parent, address)
                    if scheduler and not training.folder.is_dir():
                        raise checks.not_shared(training.folder)
                    n_done += 1
                    tell(_summary(training, n_done, len(trainings), time.monotonic() - started))
                elif outcome.code == INVALID_INPUT and training.folder in lenient:
                    failed.add(training.folder)
                    tell(f"{training.title}: failed: {_reason(outcome)}")
                elif outcome.code is not None:
                    failure = failure or _reason(outcome)
                    tell(f"{training.title}: failed")
    if failure:
        raise InputError(f"a training failed, the finished ones are kept: {failure}")
    return failed


def _shared(trainings: Sequence[FoldTraining], address: str | None) -> list[Path]:
    """What the workers of a cluster read and write by its path."""
    config = trainings[0].config
    read = [None if is_remote(config.data) else config.data, config.background_noise, file_of(config.recipe)]
    negatives = config.negatives_chosen
    folders = negatives.folders if negatives else ()
    written = () if address else [trainings[0].out.parent]
    return [Path(path) for path in (*read, *folders, *written) if path]


def _summary(training: FoldTraining, n_done: int, n: int, seconds: float) -> str:
    record = artifact.load(training.folder).record
    measure, name = ("mean average precision", "macro_pr_auc") if record.config.multi_label else BALANCED
    score = f"{measure} {getattr(record.scores.windows, name):.1%}"
    if record.refit and record.refit.scores:
        score += f", refitted {getattr(record.refit.scores.windows, name):.1%}"
    return f"{training.title}: {score}; {n_done} of {n} done, {seconds / 60:.1f} minutes"


def _train(
    number: int,
    training: FoldTraining,
    labels: Sequence[str],
    stop_file: str,
    address: str | None,
    log_file: Path | None = None,
    may_fail: bool = False,
) -> Outcome:
    """One training, unless the stop file exists; one that fails makes that file, so that no other is begun.

    log_file: what it writes, while it runs; None: nobody reads it meanwhile.
    may_fail: others are begun, even if the input was invalid.
    """
    if remote.stamp(stop_file):
        return Outcome(number, None)
    target = f"{address}/{training.out.name}/{training.model}"
    with tempfile.TemporaryDirectory() as folder:
        training = replace(training, out=Path(folder)) if address else training
        labels_file = Path(folder) / "labels.txt"
        labels_file.write_text("\n".join(labels) + "\n", encoding="utf-8")
        code, log = run_while_wanted(training.command(labels_file), log_file or Path(folder) / "log.txt")
        if code and not (may_fail and code == INVALID_INPUT):
            with remote.new_file(stop_file) as fresh:
                fresh.touch()
        elif address and not code:
            mirror.upload(training.folder, target)
    return Outcome(number, code, log)


def run_while_wanted(command: Sequence[str], log: Path) -> tuple[int, str]:
    """Run a command for as long as somebody waits for it; returns its exit code and all that it wrote.

    A worker ends it when the process that it works for is gone. A script outlives the shell that started it.

    log: holds what it wrote so far; it is deleted at the end.
    """
    is_worker, parent = multiprocessing.parent_process() is not None, os.getppid()
    child = processes.start(command, log, {"PROGRESS_SECONDS": "1"})
    try:
        while child.poll() is None and not (is_worker and os.getppid() != parent):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(POLL_SECONDS)
    finally:
        processes.stop(child, STOP_SECONDS, signal.SIGINT)
    said = log.read_text(encoding="utf-8", errors="replace").strip()
    log.unlink()
    return child.returncode, said


def _reason(outcome: Outcome) -> str:
    """The last line that a training wrote; its whole log is shown unless it ended with invalid input."""
    if outcome.code != INVALID_INPUT:
        say(outcome.log)
    return outcome.log.splitlines()[-1] if outcome.log else processes.exit_reason(outcome.code or 0)
