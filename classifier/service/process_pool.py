"""Processes that are killed when they hang, crash or use too much memory.

Decoders are large libraries in C, and a file can be made to break them. A worker knows nothing that is worth stealing
and has limits of its own; one that decodes writes no files.
"""

import contextlib
import errno
import functools
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from pebble import ProcessExpired, ProcessPool

from classifier.core.errors import DiskFullError, InputError
from classifier.service.settings import Busy, Refused, Settings
from classifier.service.wanted import POLL_SECONDS, Turns, Wanted

try:
    import resource
except ImportError:  # Windows has no such limits; time is limited there too
    resource = None

TASKS = 10_000  # of a worker, then a fresh one takes its place
STARTING_SECONDS = 30  # of a process, and to kill one, on a busy machine
TRIES = 2


class ConfinedPool:
    """Processes that a task may break: the task is refused, the others go on, and a fresh process takes its place."""

    def __init__(self, count: int, settings: Settings, largest_file: int):
        """
        Args:
            count: processes.
            settings: time and memory of a task.
            largest_file: bytes of a file that it may write; 0: it writes none.
        """
        self.seconds = settings.decoding_seconds
        self.patience = settings.decoding_seconds + STARTING_SECONDS  # busy processes finish something more often
        self.new_pool = functools.partial(
            ProcessPool,
            max_workers=count,
            max_tasks=TASKS,
            initializer=_confine,
            initargs=(settings.decoding_bytes, largest_file),
            context=multiprocessing.get_context("spawn"),
        )
        self.pool, self.asked, self.finished = self.new_pool(), set(), 0.0
        self.turns = Turns(count + 1)  # one waits at the processes, so that none is idle between two
        self.lock, self.closed = threading.Lock(), False

    def run(self, function: Callable, path: str, *args: object, wanted: Wanted | None = None) -> Any:
        """function(path, *args), in a process, when it is the turn of the client that wants it.

        Raises:
            InputError: the function's own; Refused where it took too long, broke its process, or failed otherwise; what
                `wanted` was ended with.
            Busy: no process takes the task.
        """
        wanted = wanted or Wanted()
        with self.turns.turn(wanted):
            return self._run(function, path, args, wanted)

    def _run(self, function, path, args, wanted):
        for _ in range(TRIES):
            try:
                pool, future = self._schedule(function, path, *args)
                self._wait(pool, future, wanted)
                return future.result()
            except ProcessExpired:
                raise Refused(f"{path} broke the process that read it; save it in another format") from None
            except TimeoutError:
                raise Refused(f"{path} took longer than {self.seconds:g} s to read: send a smaller one") from None
            except (RuntimeError, CancelledError):  # the pool fell over a process killed from outside: take a new one
                pass
        raise Busy("the server cannot read recordings at the moment; try again in a minute")

    def _schedule(self, function, path, *args):
        with self.lock:
            if self.closed:
                raise Busy("the server is being stopped; try again in a minute")
            if not self.pool.active:  # which also starts one that is new
                self._end()
                self.pool = self.new_pool()
            future = self.pool.schedule(_run_task, (function, path, *args))
            self.asked.add(future)
            future.add_done_callback(self._finish)
            return self.pool, future

    def _finish(self, future):
        self.asked.discard(future)
        self.finished = time.monotonic()

    def _wait(self, pool, future, wanted):
        """Until a task has an outcome. In a pool that fell over, or whose pipe is blocked, it never has.

        The pool's own limit of time goes by the time of day, which may be set back.

        Raises:
            Refused: it is not wanted any more.
            TimeoutError: its process had it for too long, and is killed.
        """
        began, started = time.monotonic(), None
        while not future.done():
            with contextlib.suppress(Exception):
                future.exception(timeout=POLL_SECONDS)
            try:
                wanted.check()
            except Refused:
                future.cancel()  # which kills its process
                raise
            now = time.monotonic()
            if future.running():
                started = started or now
                if now - started > self.seconds:
                    future.cancel()
                    raise TimeoutError
            blocked = now - max(began, self.finished) > self.patience
            if blocked or not pool.active:
                pool.stop()
                future.cancel()

    def close(self) -> None:
        """Kill the processes; who still waits for one gets Busy."""
        with self.lock:
            self.closed = True
            self._end()

    def _end(self):
        self.pool.stop()
        self.pool.join()
        for future in list(self.asked):
            future.cancel()


def _confine(memory_bytes: int, largest_file: int) -> None:
    """Limit the process that this runs in, before it reads an upload."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # Python's own handler waits until a decoder in C returns
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # what decoders have to say about a file is not for the server's log
        os.dup2(nowhere, stream)
    tempfile.gettempdir()  # found by writing into it, which will not be allowed any more
    if resource:
        for what, limit in [
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, largest_file),
            (resource.RLIMIT_AS, memory_bytes),
        ]:
            with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of addresses; a stricter one may hold
                resource.setrlimit(what, (limit, limit))


def _run_task(function: Callable, path: str, *args: object) -> Any:
    """What a worker does: errors that a library did not foresee are the file's fault, a full disk is not."""
    try:
        return function(path, *args)
    except (InputError, DiskFullError):
        raise
    except Exception as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refused(f"{path} cannot be read ({type(error).__name__}); is it whole?") from None
