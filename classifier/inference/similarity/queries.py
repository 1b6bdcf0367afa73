"""The sounds that a person looks for: embeddings of short recordings."""

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from classifier.core.errors import InputError
from classifier.data import inputs
from classifier.data.inputs import IN_ARCHIVE
from classifier.inference import unpacked
from classifier.inference.similarity.embedder import Embedder
from classifier.inference.similarity.embedding import windows
from classifier.storage import remote

LONGEST = 60  # seconds of a recording that is looked for
QUIET_DB = 20  # windows that are so much quieter than the loudest are what surrounds the sound


@dataclass(frozen=True)
class Queries:
    """What is looked for.

    Attributes:
        values: (queries, width) float32, of length 1.
        like: (queries,) which recording each is of.
        names: of the recordings, without folder and suffix.
        notes: what a person should know of how they were read.
    """

    values: np.ndarray
    like: list[int]
    names: list[str]
    notes: list[str]


def read(like: tuple[str, ...], embedder: Embedder, overlap: float) -> Queries:
    """The queries of recordings: a window each, but for those in which the sound is over or has not begun.

    Args:
        like: as of inputs.find.
        overlap: share of a window that the next one repeats.

    Raises:
        InputError: one is not there, cannot be read, is too long, or nothing is heard in it.
    """
    sources, refused, _ = inputs.find(like)
    if refused:
        raise InputError("--like: " + "; ".join(refused.values()))
    values, owners, notes, failed = [], [], [], {}
    with tempfile.TemporaryDirectory() as folder:
        for i, path in unpacked.paths(sources, range(len(sources)), Path(folder), failed):
            with contextlib.ExitStack() as after:
                local = after.enter_context(remote.local_copy(path))
                found, n_quiet = _of_one(local, embedder, overlap)
            if sources[i].member is not None:
                os.unlink(path)
            if n_quiet:
                notes.append(
                    f"--like {sources[i].name}: {n_quiet} of {n_quiet + len(found)} windows are {QUIET_DB} dB below "
                    "the loudest and not looked for"
                )
            values.append(found)
            owners += [i] * len(found)
    if failed:
        raise InputError("--like: " + "; ".join(failed.values()))
    names = [PurePosixPath(source.name.replace(os.sep, "/").rpartition(IN_ARCHIVE)[2]).stem for source in sources]
    return Queries(np.concatenate(values).astype("float32"), owners, names, notes)


def _of_one(path: Path, embedder: Embedder, overlap: float) -> tuple[np.ndarray, int]:
    """The embeddings of the windows in which the sound is heard, and how many others there are."""
    rate, found, loudness = embedder.audio_format.sample_rate, [], []
    for values, audio, end in windows(path, embedder, overlap):
        if end > LONGEST * rate:
            raise InputError(
                f"--like {path} is longer than {LONGEST} s; cut out the sound that you look for, a few seconds of it"
            )
        found.append(values)
        loudness += np.sqrt(np.mean(np.square(audio, dtype="float64"), axis=1)).tolist()
    values, levels = np.concatenate(found), np.array(loudness)
    heard = (levels >= levels.max() * 10 ** (-QUIET_DB / 20)) & values.any(axis=1)
    if not heard.any():
        raise InputError(f"--like {path} is digital silence; name a recording in which the sound is heard")
    return values[heard], int(np.count_nonzero(~heard))
