"""Recordings decoded once, in parallel, to one file of 16-bit samples that training maps into memory.

A store belongs to a data folder and a sample rate. What was decoded before is taken over; a recording that is new or
changed (path, size, time) is decoded and appended. The index speaks of whole recordings only, so a killed run leaves
no half store: the next one goes on. Windows are views of the samples; what was looked at can be let go of again
(`forget`), so memory does not grow with the data.
"""

import contextlib
import hashlib
import itertools
import json
import mmap
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.core import atomic_files, parallel
from classifier.core.console import progress, quiet_libraries
from classifier.core.errors import InputError
from classifier.storage import local_files, mirror
from Constants import CACHE

AUDIO = "audio.int16"
INDEX = "index.json"
BYTES = 2  # a sample
FULL_SCALE = 32767  # int16 of 1.0; 16 bits halve the memory and lose nothing a microphone can give
HELD = 16  # blocks of recording.BLOCK that a thread keeps before it writes: what is longer goes out as it comes
SAVED_EVERY = 10  # seconds; the work that kill -9 can undo
WASTE = 0.5  # of the file may belong to recordings that changed or are gone; then it is made anew


@dataclass(frozen=True)
class AudioCache:
    """Decoded clips.

    mapped: the file; clip i is its samples from starts[i] to ends[i].
    clips: the readable ones.
    contents: a hash of each clip's samples; clips that sound the same have the same.
    skipped: (clip, reason) of the others.
    folder: where the store is kept; None where it is gone with this process.
    """

    mapped: mmap.mmap
    starts: np.ndarray
    ends: np.ndarray
    clips: list
    contents: list
    skipped: list
    folder: Path | None = None

    @property
    def fingerprint(self):
        """A hash over names, labels and sounds."""
        rows = sorted((clip.path.name, clip.label, what) for clip, what in zip(self.clips, self.contents, strict=True))
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def samples(self, i):
        """(samples,) int16 of clip i, a view."""
        n_samples = int(self.ends[i] - self.starts[i])
        return np.frombuffer(self.mapped, "int16", n_samples, offset=int(self.starts[i]) * BYTES)

    def forget(self):
        """Let go of the pages in memory; they come back from the file when they are looked at again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


def to_float(samples):
    return samples.astype("float32") / FULL_SCALE


def to_int16(samples):
    return np.round(np.clip(samples, -1, 1) * FULL_SCALE).astype("int16")


def read(clips, data, sample_rate, keep=True):
    """Open the store of a data set, after bringing it up to date.

    Args:
        clips: of the data set.
        data: its folder, file or address; with the rate it names the store.
        sample_rate: Hz.
        keep: the store for the next run; otherwise it is gone when this process ends.

    Raises:
        InputError: none of a label's recordings can be read; the message names the first.
    """
    if not keep:
        with tempfile.TemporaryFile() as file:
            index = {"end": 0, "recordings": {}}
            _decode_missing(clips, sample_rate, file, index, save=lambda: None)
            return _open(clips, sample_rate, file, index, None)
    folder = _folder(data, sample_rate)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(folder):
        index = _read_index(folder)
        with (folder / AUDIO).open("a+b") as file:
            file.truncate(index["end"] * BYTES)  # behind it is what a killed run had begun
            _decode_missing(clips, sample_rate, file, index, save=lambda: _write_index(folder, file, index))
            return _open(clips, sample_rate, file, index, folder)


def is_kept(data, sample_rate):
    """Whether a data set has a store that `read` would open."""
    return _folder(data, sample_rate).is_dir()


def _folder(data, sample_rate):
    data = mirror.local_path(data).resolve()
    return CACHE / f"{data.name}-{sample_rate}-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}"


def _read_index(folder):
    """What the store holds of recordings that are still as they were.

    Returns:
        dict of "end", samples of the file in use; never fewer than before, other processes may have mapped them; and
        "recordings": {path: {key, first, samples, content}, or {key, reason} for one that cannot be read}.
    """
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        held = {path: entry for path, entry in index["recordings"].items() if local_files.stamp(path) == entry["key"]}
        used = sum(entry.get("samples", 0) for entry in held.values())
        whole = index["end"] * BYTES <= (folder / AUDIO).stat().st_size
        if whole and used >= (1 - WASTE) * index["end"]:
            return {"end": index["end"], "recordings": held}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # there is none, or it is damaged
    for name in (INDEX, AUDIO):  # a new file: the old one stays with those who have mapped it
        (folder / name).unlink(missing_ok=True)
    return {"end": 0, "recordings": {}}


def _write_index(folder, file, index):
    file.flush()
    with atomic_files.new_file(folder / INDEX) as fresh:
        fresh.write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")


def _decode_missing(clips, sample_rate, file, index, save):
    """Append the recordings that the index does not hold."""
    paths = dict.fromkeys(str(clip.path) for clip in clips)
    missing = [path for path in paths if path not in index["recordings"]]
    if not missing:
        return
    alone, saved = threading.Lock(), time.monotonic()
    # Threads: soundfile, PyAV, soxr and numpy let go of the interpreter while they work.
    calls = [(path, sample_rate, file, alone) for path in missing]
    decoded = parallel.results(_decode, calls, threads=True)
    with quiet_libraries(also_python=False), contextlib.ExitStack() as at_the_end:  # mpg123 mutters over damaged mp3
        at_the_end.callback(save)
        for path, entry in progress(decoded, "reading recordings", len(missing)):
            index["recordings"][path] = entry
            if "first" in entry:
                index["end"] = max(index["end"], entry["first"] + entry["samples"])
            if time.monotonic() - saved > SAVED_EVERY:
                save()
                saved = time.monotonic()


def _decode(path, sample_rate, file, alone):
    """Append one recording, in one window; returns its path and what the index says of it."""
    key, digest = local_files.stamp(path), hashlib.sha256()

    def decoded():
        for block in recording.blocks(path, sample_rate):
            samples = to_int16(block)
            digest.update(samples)
            yield samples

    blocks = decoded()
    try:
        waiting = list(itertools.islice(blocks, HELD))
        with alone:  # what a long recording has beyond these is decoded while the others wait: so memory stays flat
            first = file.seek(0, 2)
            try:
                for samples in itertools.chain(waiting, blocks):
                    file.write(samples)
            except InputError:
                file.truncate(first)
                raise
            n_samples = (file.tell() - first) // BYTES
    except InputError as error:
        return path, {"key": key, "reason": str(error)}
    return path, {"key": key, "first": first // BYTES, "samples": n_samples, "content": digest.hexdigest()}


def _open(clips, sample_rate, file, index, folder):
    """Map the samples and find the clips in them."""
    good, skipped, starts, ends, contents = [], [], [], [], []
    for clip in clips:
        entry = index["recordings"][str(clip.path)]
        start = round(clip.start * sample_rate)
        end = entry.get("samples", 0) if clip.end is None else round(clip.end * sample_rate)
        if "reason" in entry:
            skipped.append((clip, entry["reason"]))
        elif start >= min(end, entry["samples"]):
            seconds = entry["samples"] / sample_rate
            skipped.append((clip, f"{clip.path} ends at {seconds:.2f} s, the clip starts at {clip.start:g} s"))
        else:
            good.append(clip)
            starts.append(entry["first"] + start)
            ends.append(entry["first"] + min(end, entry["samples"]))
            part = "" if ends[-1] - starts[-1] == entry["samples"] else f" {start} {end}"
            contents.append(entry["content"] + part)
    for label in sorted({clip.label for clip in clips} - {clip.label for clip in good}):
        reasons = [reason for clip, reason in skipped if clip.label == label]
        raise InputError(f"none of the {len(reasons)} recording(s) of {label!r} can be read; the first: {reasons[0]}")
    file.flush()
    mapped = mmap.mmap(file.fileno(), index["end"] * BYTES, access=mmap.ACCESS_READ)
    return AudioCache(mapped, np.array(starts), np.array(ends), good, contents, skipped, folder)
