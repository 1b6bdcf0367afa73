"""Decode and classify uploads in confined processes; the server itself reads an upload's first bytes only."""

import contextlib
import io
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.audio import recording, scale
from classifier.audio.channels import MIX
from classifier.core.errors import InputError
from classifier.core.parallel import cpu_count
from classifier.inference.prediction import Prediction, predict_signal
from classifier.inference.predictor import cached_predictor
from classifier.service import timings
from classifier.service.drawing import drawing
from classifier.service.process_pool import ConfinedPool
from classifier.service.settings import Busy, Refused, Settings, TooLarge
from classifier.service.wanted import Wanted
from classifier.storage import archives, local_files
from Constants import SAMPLE_RATE

MAX_READERS = 4  # each takes about 60 MB, and its models
UNPACKERS = 2
KILLED_SECONDS = 10  # that a process may take to end

_in_use: set[Path] = set()  # staged folders


@contextlib.contextmanager
def staged(settings: Settings) -> Generator[Path, None, None]:
    """A private folder for what a request brings; it is gone afterwards, whatever happened."""
    _staging(settings).mkdir(parents=True, exist_ok=True)
    folder = _staging(settings) / uuid.uuid4().hex
    _in_use.add(folder)
    try:
        _remove_strays(_staging(settings))
        folder.mkdir(0o700)
        yield folder
    finally:
        until = time.monotonic() + KILLED_SECONDS
        while folder.exists() and time.monotonic() < until:
            shutil.rmtree(folder, ignore_errors=True)
            if folder.exists():  # a process that unpacks is being killed
                time.sleep(0.05)
        _in_use.discard(folder)


def _remove_strays(staging: Path) -> None:
    """Remove what a process that was being killed made once more, after its folder was gone."""
    for path in list(staging.iterdir()):
        if path not in _in_use:
            shutil.rmtree(path, ignore_errors=True)


def clean(settings: Settings) -> None:
    """Remove what a killed server left; called before a new one starts."""
    shutil.rmtree(_staging(settings), ignore_errors=True)


def _staging(settings: Settings) -> Path:
    return settings.home / settings.staging_name


class UploadWorkers:
    """Reads uploads. Its methods block: call them in threads. Processes start when they are first needed.

    A title is what the client calls a file. It stands in every message, the path on the server in none.
    """

    def __init__(self, settings: Settings, observe: timings.Observer = timings.unobserved):
        self.settings, self.observe = settings, observe
        readers, unpackers = min(MAX_READERS, cpu_count() // settings.workers), UNPACKERS // settings.workers
        self.readers = ConfinedPool(max(1, readers), settings, largest_file=0)
        self.unpackers = ConfinedPool(max(1, unpackers), settings, largest_file=settings.unpacked_bytes)

    def warm(self) -> None:
        """Start the processes that read recordings, so that the first request need not wait for them."""
        with contextlib.suppress(Busy):  # the server is being stopped already
            self.readers.run(_nothing, "")

    def read(self, path: Path, sample_rate: int, title: str, wanted: Wanted | None = None) -> np.ndarray:
        """One recording, (samples,) float32 at this rate in Hz.

        Args:
            wanted: ends the work early, and kills the process that does it.

        Raises:
            InputError: what `recording.read` and `scale.clip` refuse; too long; it took too long, or broke the process
                that read it.
            Busy: the processes cannot keep up, or the server is being stopped.
        """
        return self._run(self.readers, title, path, _decode, sample_rate, self.settings.longest_seconds, wanted=wanted)[
            0
        ]

    def predict(
        self,
        path: Path,
        title: str,
        model: tuple[Path, tuple],
        overlap: float | None = None,
        with_drawing: bool = False,
        wanted: Wanted | None = None,
    ) -> tuple[Prediction, float, dict | None]:
        """Predict a recording. Errors are those of `read`.

        Args:
            title: what the client calls it.
            model: its path, and its version.
            overlap: share of a window that the next one repeats, 0 to less than 1; None: as the model's rule has it.
            with_drawing: make the drawing, too.
            wanted: as of `read`.

        Returns:
            The prediction, the length in seconds, and the drawing or None.
        """
        arguments = (model, self.settings.longest_seconds, overlap, with_drawing)
        asked = time.monotonic()
        *found, stages = self._run(self.readers, title, path, _predict, *arguments, wanted=wanted)
        self.observe(asked, stages)
        prediction, seconds, drawn = found
        return prediction, seconds, drawn

    def as_wav(self, path: Path, title: str, wanted: Wanted | None = None) -> bytes:
        """A recording as the bytes of a 16-bit wav. Errors are those of `read`."""
        wav = io.BytesIO()
        recording.write(wav, self.read(path, SAMPLE_RATE, title, wanted), SAMPLE_RATE)
        return wav.getvalue()

    def recordings_in(
        self, path: Path, title: str, folder: Path, wanted: Wanted | None = None
    ) -> list[tuple[str, Path]]:
        """The recordings of an upload, whose first bytes tell what it is: itself, or those of an archive.

        Args:
            folder: where an archive is unpacked to: not there yet, in a staged one that disappears with all of it.
            wanted: as of `read`.

        Returns:
            [(title, path)]; inside an archive the titles are the names there.

        Raises:
            InputError: what `archives.unpack` refuses; an archive too large against its own size; no recording in it.
        """
        if not archives.is_archive(path):
            return [(title, Path(path))]
        limit_bytes = self.settings.unpacked_limit(os.path.getsize(path))
        name = re.split(r"[/\\]", title)[-1]
        arguments = (folder, limit_bytes, self.settings.archive_files, name)
        self._run(self.unpackers, title, path, archives.unpack, *arguments, wanted=wanted)
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

    def _run(
        self,
        pool: "ConfinedPool",
        title: str,
        path: Path,
        function: Callable,
        *args: object,
        wanted: Wanted | None = None,
    ) -> Any:
        try:
            return pool.run(function, str(path), *args, wanted=wanted)
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
