"""Decode and classify uploads in worker processes, which are killed when they hang, crash or use too much memory.

Decoders are large libraries in C, and a file can be made to break them. A worker knows nothing that is worth stealing
and has limits of its own; one that decodes writes no files. The server itself reads an upload's first bytes only.
"""

import contextlib
import errno
import functools
import io
import multiprocessing
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pebble import ProcessExpired, ProcessPool

from classifier.audio import recording, scale
from classifier.audio.channels import MIX
from classifier.core.errors import InputError
from classifier.core.parallel import cpu_count
from classifier.inference.prediction import Prediction, predict_signal
from classifier.inference.predictor import cached_predictor
from classifier.service import timings
from classifier.service.drawing import drawing
from classifier.service.settings import Busy, Refused, Settings, TooLarge
from classifier.storage import archives, local_files
from Constants import SAMPLE_RATE

try:
    import resource
except ImportError:  # Windows has no such limits; time is limited there too
    resource = None

MAX_READERS = 4  # each takes about 60 MB, and its models
UNPACKERS = 2
TASKS = 10_000  # of a worker, then a fresh one takes its place
STARTING_SECONDS = 30  # of a process, and to kill one, on a busy machine
TRIES = 2


@contextlib.contextmanager
def staged(settings: Settings) -> Generator[Path, None, None]:
    """A private folder for what a request brings; it is gone afterwards, whatever happened."""
    _staging(settings).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_staging(settings), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def clean(settings: Settings) -> None:
    """Remove what a killed server left; called before a new one starts."""
    shutil.rmtree(_staging(settings), ignore_errors=True)


def _staging(settings: Settings) -> Path:
    return settings.home / "staging"


class UploadWorkers:
    """Reads uploads. Its methods block: call them in threads. Processes start when they are first needed.

    A title is what the client calls a file. It stands in every message, the path on the server in none.
    """

    def __init__(self, settings: Settings, observe: timings.Observer = timings.unobserved):
        self.settings, self.observe = settings, observe
        self.readers = _Pool(min(MAX_READERS, cpu_count()), settings, largest_file=0)
        self.unpackers = _Pool(UNPACKERS, settings, largest_file=settings.unpacked_bytes)

    def warm(self) -> None:
        """Start the processes that read recordings, so that the first request need not wait for them."""
        self.readers.run(_nothing, "")

    def read(self, path: Path, sample_rate: int, title: str) -> np.ndarray:
        """One recording, (samples,) float32 at this rate in Hz.

        Raises:
            InputError: what `recording.read` and `scale.clip` refuse; too long; it took too long, or broke the process
                that read it.
            Busy: the processes cannot keep up, or the server is being stopped.
        """
        return self._run(self.readers, title, path, _decode, sample_rate, self.settings.longest_seconds)[0]

    def predict(
        self,
        path: Path,
        title: str,
        model: tuple[Path, tuple],
        overlap: float | None = None,
        with_drawing: bool = False,
    ) -> tuple[Prediction, float, dict | None]:
        """Predict a recording. Errors are those of `read`.

        Args:
            title: what the client calls it.
            model: its path, and its version.
            overlap: share of a window that the next one repeats, 0 to less than 1; None: as the model's rule has it.
            with_drawing: make the drawing, too.

        Returns:
            The prediction, the length in seconds, and the drawing or None.
        """
        asked = time.monotonic()
        *found, stages = self._run(
            self.readers, title, path, _predict, model, self.settings.longest_seconds, overlap, with_drawing
        )
        self.observe(asked, stages)
        prediction, seconds, drawn = found
        return prediction, seconds, drawn

    def as_wav(self, path: Path, title: str) -> bytes:
        """A recording as the bytes of a 16-bit wav. Errors are those of `read`."""
        wav = io.BytesIO()
        recording.write(wav, self.read(path, SAMPLE_RATE, title), SAMPLE_RATE)
        return wav.getvalue()

    def recordings_in(self, path: Path, title: str, folder: Path) -> list[tuple[str, Path]]:
        """The recordings of an upload, whose first bytes tell what it is: itself, or those of an archive.

        Args:
            folder: where an archive is unpacked to: not there yet, in a staged one that disappears with all of it.

        Returns:
            [(title, path)]; inside an archive the titles are the names there.

        Raises:
            InputError: what `archives.unpack` refuses; an archive too large against its own size; no recording in it.
        """
        if not archives.is_archive(path):
            return [(title, Path(path))]
        limit_bytes = self.settings.unpacked_limit(os.path.getsize(path))
        name = re.split(r"[/\\]", title)[-1]
        self._run(self.unpackers, title, path, archives.unpack, folder, limit_bytes, self.settings.archive_files, name)
        found = [(inside.relative_to(folder).as_posix(), inside) for inside in local_files.find_recordings(folder)]
        if not found:
            raise Refused(
                f"{title} holds no recordings: their names must end with a recording's suffix, such as .wav, .flac "
                "or .mp3"
            )
        return found

    def close(self) -> None:
        """Kill the processes; who still waits for one gets Busy."""
        self.readers.close()
        self.unpackers.close()

    def _run(self, pool: "_Pool", title: str, path: Path, function: Callable, *args: object) -> Any:
        try:
            return pool.run(function, str(path), *args)
        except InputError as error:
            raise type(error)(str(error).replace(str(path), title)) from None


def _nothing(path: str) -> None:
    pass


def _decode(path: str, sample_rate: int, longest_seconds: float, channel: str = MIX) -> tuple[np.ndarray, int]:
    """The samples, and how many of them were clipped."""
    blocks, samples = [], 0
    with contextlib.closing(recording.blocks(path, sample_rate, channel=channel)) as decoded:
        for block in decoded:
            samples += len(block)
            if samples > longest_seconds * sample_rate:
                raise TooLarge(
                    f"{path} is longer than {longest_seconds:g} s: cut it, or run ClassifyRecordings.py on this machine"
                )
            blocks.append(block)
    return scale.clip(np.concatenate(blocks), path)


def _predict(
    path: str, model: tuple[Path, tuple], longest_seconds: float, overlap: float | None, with_drawing: bool
) -> tuple[Prediction, float, dict | None, timings.Stages]:
    stages = timings.Stages()
    predictor = cached_predictor(*model)
    rate = predictor.audio_format.sample_rate
    with stages.stage("decode"):
        signal, clipped = _decode(path, rate, longest_seconds, predictor.channel)
    with stages.stage("inference"):
        prediction = replace(predict_signal(predictor, signal, overlap), clipped=clipped)
    return prediction, len(signal) / rate, drawing(signal, rate) if with_drawing else None, stages


class _Pool:
    """Processes that a task may break: the task is refused, the others go on, and a fresh process takes its place."""

    def __init__(self, count: int, settings: Settings, largest_file: int):
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
        self.lock, self.closed = threading.Lock(), False

    def run(self, function: Callable, path: str, *args: object) -> Any:
        """function(path, *args), in a process.

        Raises:
            InputError: the function's own; Refused where it took too long, broke its process, or failed otherwise.
            Busy: no process takes the task.
        """
        for _ in range(TRIES):
            try:
                pool, future = self._schedule(function, path, *args)
                self._wait(pool, future)
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
            future = self.pool.schedule(_run_task, (function, path, *args), timeout=self.seconds)
            self.asked.add(future)
            future.add_done_callback(self._finish)
            return self.pool, future

    def _finish(self, future):
        self.asked.discard(future)
        self.finished = time.monotonic()

    def _wait(self, pool, future):
        """Until a task has an outcome. In a pool that fell over, or whose pipe is blocked, it never has."""
        began = time.monotonic()
        while not future.done():
            with contextlib.suppress(Exception):
                future.exception(timeout=1)
            blocked = time.monotonic() - max(began, self.finished) > self.patience
            if blocked or not pool.active:
                pool.stop()
                future.cancel()

    def close(self):
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
    except InputError:
        raise
    except Exception as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refused(f"{path} cannot be read ({type(error).__name__}); is it whole?") from None
