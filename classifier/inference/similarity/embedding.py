"""Embed the recordings of a folder that were not embedded before, on all cores, and keep the embeddings."""

import contextlib
import hashlib
import json
import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording, suspects
from classifier.audio.windows import cut_blocks, hop_length
from classifier.core import disk, parallel
from classifier.core.console import progress
from classifier.core.errors import DiskFullError, reason
from classifier.data.inputs import Source
from classifier.inference import result_folder, unpacked
from classifier.inference.similarity.embedder import AT_ONCE, Embedder
from classifier.inference.similarity.store import Store
from classifier.storage import locations, remote


@dataclass(frozen=True)
class Embedded:
    """How a recording was embedded.

    Attributes:
        index: of the call.
        path: that was read.
        part: file of its rows.
        samples: of the recording; 0 where it cannot be read.
        reason: why it cannot be read.
    """

    index: int
    path: str
    part: Path
    samples: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Progress:
    """How bringing a store up to date went. done, before: recordings; failed: {index: why it cannot be read}."""

    done: int
    before: int
    failed: dict[int, str]


def key(source: Source) -> str:
    """Equal for the same version of a recording."""
    path = source.location if locations.is_remote(source.location) else os.path.realpath(source.location)
    return hashlib.sha256(json.dumps([path, source.member, source.stamp]).encode()).hexdigest()[:32]


def bring_up_to_date(
    store: Store, folder: Path, sources: Sequence[Source], embedder: Embedder, overlap: float, jobs: int | None = None
) -> Progress:
    """Embed the sources that a store lacks; the rows of other recordings, and of older versions, may be dropped.

    Args:
        folder: of the store, for what is under way.
        overlap: share of a window that the next one repeats.
        jobs: recordings at once; None: one per core.
    """
    keys = [key(source) for source in sources]
    missing = [i for i, one in enumerate(keys) if one not in store]
    failed: dict[int, str] = {}
    jobs = jobs or parallel.cpu_count()
    with result_folder.unfinished(folder) as unfinished:
        calls = _calls(sources, missing, embedder, overlap, max(1, jobs // max(1, len(missing))), unfinished, failed)
        at_once = min(jobs, len(missing))
        done = parallel.results(embed, calls, None, at_once) if at_once > 1 else (embed(*call) for call in calls)
        with contextlib.closing(done):
            for found in progress(done, "embedding", len(missing)):
                if sources[found.index].member is not None:
                    Path(found.path).unlink()
                if found.reason is None:
                    store.append(keys[found.index], sources[found.index].name, found.part, found.samples)
                else:
                    failed[found.index] = found.reason
                    found.part.unlink(missing_ok=True)
    store.keep(keys)
    return Progress(len(missing) - len(failed), len(sources) - len(missing), failed)


def _calls(sources, missing, embedder, overlap, threads, unfinished, failed) -> Iterator[tuple]:
    for i, path in unpacked.paths(sources, missing, unfinished, failed):
        yield i, path, sources[i].name, embedder, overlap, unfinished / f"{i}.rows", threads


def embed(
    index: int, path: str, name: str, embedder: Embedder, overlap: float, part: Path, threads: int = 1
) -> Embedded:
    """Embed one recording, in this process.

    Args:
        index: identifies the call.
        path: path or address.
        name: of the recording, in messages.
        part: file that its embeddings are written to, as Embedder.embed returns them.
        threads: that compute at once.
    """
    local, samples = path, 0
    try:
        with remote.local_copy(path) as local, suspects.reading(local), disk.told(part), part.open("wb") as file:
            for values, _, end in windows(local, embedder, overlap, threads):
                file.write(values.data)
                samples = end
        return Embedded(index, path, part, samples)
    except Exception as error:  # one recording never ends a long run
        if isinstance(error, DiskFullError):
            raise
        if disk.is_full(error):
            raise DiskFullError(disk.sentence(part, error)) from None
        return Embedded(index, path, part, reason=reason(error).replace(str(local), name))


def windows(
    path: Path | str, embedder: Embedder, overlap: float, threads: int = 1
) -> Generator[tuple[np.ndarray, np.ndarray, int]]:
    """The windows of a recording, some at a time: memory does not grow with its length.

    Yields:
        (windows, width) embeddings, (windows, window_length) audio, and the sample at which the audio ends.

    Raises:
        InputError: the recording cannot be read.
    """
    length, rate = embedder.audio_format.window_length, embedder.audio_format.sample_rate
    at_once = AT_ONCE * threads
    for _, cut, end in cut_blocks(
        recording.blocks(path, rate, channel=embedder.channel), length, hop_length(length, overlap)
    ):
        for first in range(0, len(cut), at_once):
            some = np.ascontiguousarray(cut[first : first + at_once])
            yield embedder.embed(some, threads), some, end
