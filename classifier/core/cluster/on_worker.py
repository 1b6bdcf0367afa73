"""What runs inside a Dask worker: it unpacks the project, and hands calls to processes that run in it.

This file travels by value (see client.py), so it imports nothing of the project. A worker never imports the project
itself: two clients with different versions of it would share what the first one imported.
"""

import asyncio
import contextlib
import io
import os
import pickle
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

POLL_SECONDS = 0.2  # between two checks whether somebody still waits for a call
STOP_SECONDS = 15  # a process has to end when it is asked to; a training in it has 10 of them
CACHE = "sound-classifier-cache"  # beside the folders of Dask's workers, which share it; may be deleted at any time


class Project(WorkerPlugin):
    """The project of one client on one worker: its folder, and the processes that run calls in it.

    Args:
        name: of its folder, unique.
        packed: zip of the project's files.
        environment: variables of the processes.
    """

    def __init__(self, name: str, packed: bytes, environment: Mapping[str, str]):
        self.name = name
        self.packed = packed
        self.environment = dict(environment)

    async def setup(self, worker: Worker) -> None:
        """Unpack the project, on a worker that is there or that comes later."""
        self.worker = worker
        self.changed = threading.Condition()
        self.idle, self.n_busy, self.closing = [], 0, False
        scratch = Path(worker.local_directory)
        self.folder = scratch / self.name
        self.environment["CLASSIFIER_CACHE"] = str(scratch.parent / CACHE)
        await asyncio.to_thread(self._unpack)

    def _unpack(self):
        with zipfile.ZipFile(io.BytesIO(self.packed)) as files:
            files.extractall(self.folder)
        self.packed = b""

    async def teardown(self, worker: Worker) -> None:
        """End the calls at work and their processes, and delete the project, because the client has left."""
        await asyncio.to_thread(self._end)

    def _end(self):
        self.closing = True  # whoever waits for a call sees it, and ends the call
        with self.changed:
            idle, self.idle = self.idle, []
            self.changed.wait_for(lambda: not self.n_busy, STOP_SECONDS + 1)
        for process in idle:
            process.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, call: bytes) -> bytes:
        """Run a call in a process that does nothing else meanwhile; returns its answer.

        Raises:
            ChildProcessError: the process was killed, or nobody waits for the answer any longer.
        """
        key = self.worker.get_current_task()
        with self.changed:
            self.n_busy += 1
            process = self.idle.pop() if self.idle else None
        try:
            if process is None or not process.is_alive():
                process = Process(self.folder, self.environment)
            answer = process.answer(call, lambda: not self.closing and self._is_wanted(key))
            with self.changed:
                self.idle.append(process)
            return answer
        finally:
            with self.changed:
                self.n_busy -= 1
                self.changed.notify_all()

    def _is_wanted(self, key):
        task = self.worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"


class Process:
    """A Python in the project's folder that runs one call after the other; see calls.py."""

    def __init__(self, folder: Path, environment: Mapping[str, str]):
        self.child = subprocess.Popen(
            [sys.executable, "-m", "classifier.core.cluster.calls"],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.child.stdin and self.child.stdout
        self.calls, self.answers = self.child.stdin, self.child.stdout
        self.reader = ThreadPoolExecutor(1)

    def is_alive(self) -> bool:
        """Whether it can take a call."""
        return self.child.poll() is None

    def answer(self, call: bytes, is_wanted: Callable[[], bool]) -> bytes:
        """The answer to a call; where nobody wants it any longer, the process is ended."""
        try:
            pickle.dump(call, self.calls)
            self.calls.flush()
            coming = self.reader.submit(pickle.load, self.answers)
            while True:
                with contextlib.suppress(TimeoutError):
                    return coming.result(POLL_SECONDS)
                if not is_wanted():
                    raise ChildProcessError("nobody waits for it any longer")
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self.end()
            if isinstance(error, ChildProcessError):
                raise
            raise ChildProcessError(f"its process ended with code {self.child.returncode}") from None

    def end(self) -> None:
        """Ask it to end by closing its input, then kill it."""
        with contextlib.suppress(OSError):
            self.calls.close()
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.reader.shutdown()
        self.answers.close()


def run(name: str, call: bytes) -> bytes:
    """What a task of the cluster does: run a call in the project of that name."""
    return cast(Project, get_worker().plugins[name]).run(call)
