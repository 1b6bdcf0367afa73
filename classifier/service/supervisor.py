"""Several workers that answer on one port, and the process that watches them, trains, and keeps their common limits."""

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from classifier.service import logs
from classifier.service.common import Common
from classifier.service.heartbeat import Heartbeat
from classifier.service.home import Home
from classifier.service.remote import Door, enter, open_door
from classifier.service.server import SHUTDOWN_SECONDS, Reach, answer
from classifier.service.settings import Settings

METRICS = "PROMETHEUS_MULTIPROC_DIR"  # workers inherit it: where prometheus_client writes their figures
WARNINGS = "PYTHONWARNINGS"
POLL_SECONDS = 0.25  # between two looks at the workers, and whether a signal came
AGAIN_SECONDS = 1  # between two starts of workers: one that cannot start is not started all the time
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Job:
    """What a worker is told when it starts."""

    settings: Settings
    reach: Reach
    door: Door
    heartbeat: Heartbeat


@dataclass(frozen=True)
class Worker:
    """A process that answers."""

    process: BaseProcess
    heartbeat: Heartbeat


def supervise(common: Common, listening: socket.socket, reach: Reach) -> None:
    """Answer in as many workers as the settings have, until SIGINT or SIGTERM; one that dies or hangs is replaced."""
    with tempfile.TemporaryDirectory(prefix="metrics-") as metrics, _signals() as came:
        os.environ[METRICS] = metrics
        os.environ.setdefault(WARNINGS, "ignore:resource_tracker")  # of locks that a killed worker has left
        workers: list[Worker] = []
        try:
            share, door = share_of_worker(common.settings), open_door(common)
            while not came:
                missing = common.settings.workers - len(workers)
                workers += [_start(Job(share, reach, door, Heartbeat(share)), listening) for _ in range(missing)]
                _watch(workers, came)
                for dead in [worker for worker in workers if not worker.process.is_alive()]:
                    workers.remove(dead)
                    _replace(dead.process, common, metrics)
        finally:
            listening.close()
            _end(workers, common)
            logs.event("all stopped")
    signal.raise_signal(came[0])  # who sent it expects that


def share_of_worker(settings: Settings) -> Settings:
    """The settings of one worker: what a server may do at once is divided among them, at least one for each."""

    def part(total: int) -> int:
        return max(1, total // settings.workers)

    limits = settings.connections
    return replace(
        settings,
        connections=replace(limits, connections=part(limits.connections)),
        waiting=part(settings.waiting),
        receiving=part(settings.receiving),
        live=part(settings.live),
    )


@contextmanager
def _signals():
    """Those that ask for an end, in a list, instead of their effect; they have it again afterwards."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in SIGNALS}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(job: Job, listening: socket.socket) -> Worker:
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(job, listening), name="worker")
    process.start()
    return Worker(process, job.heartbeat)


def _watch(workers: list[Worker], came: list[int]) -> None:
    """Until a worker has ended, or a signal came; a worker that hangs is killed."""
    looked = time.monotonic()
    while not came and not wait([worker.process.sentinel for worker in workers], POLL_SECONDS):
        before, looked = looked, time.monotonic()
        passed = min(looked - before, 2 * POLL_SECONDS)  # who was stopped itself, with the machine, has heard nobody
        for worker in workers:
            if silent := worker.heartbeat.look(passed):
                fields = {"process": worker.process.pid, "silent_seconds": round(silent, 1)}
                logs.LOGGER.error("a worker hangs, and is killed", extra={"fields": fields})
                worker.process.kill()


def _replace(dead: BaseProcess, common: Common, metrics: str) -> None:
    """Take back what a dead worker held; the next one is started soon."""
    from prometheus_client.multiprocess import mark_process_dead

    dead.join()
    fields = {"process": dead.pid, "code": dead.exitcode}
    logs.LOGGER.warning("a worker has ended, and is replaced", extra={"fields": fields})
    common.forget(dead.pid or 0)
    mark_process_dead(dead.pid, metrics)
    time.sleep(AGAIN_SECONDS)


def _end(workers: list[Worker], common: Common) -> None:
    """End workers and training at the same time."""
    processes = [worker.process for worker in workers]
    for process in processes:
        process.terminate()
    until = time.monotonic() + SHUTDOWN_SECONDS + 1
    if common.queue:
        common.queue.close()
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
    common.close()


def _work(job: Job, listening: socket.socket) -> None:
    """A worker, until SIGTERM or the end of the process that started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for number in SIGNALS:  # uvicorn stops at them, and sends them again when it has
        signal.signal(number, lambda *_: None)
    logs.set_up(job.settings.log)
    home = Home(replace(job.settings, predict_only=True))  # for a staging folder of its own
    try:
        settings = replace(job.settings, staging_name=home.settings.staging_name)
        answer(settings, job.reach, enter(job.door), listening, job.heartbeat.beat)
    finally:
        home.close()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
