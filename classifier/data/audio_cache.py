"""The audio cache: recordings decoded once, memory-mapped.

It is a file of 16-bit samples. A cache belongs to a data folder, a sample rate and a channel. A recording that is
new or changed (path, size, time) is decoded and appended. The index lists whole recordings only, so the next run
completes what a killed one has begun. Windows are views of the samples, and `forget` releases their memory, so memory
does not grow with the data.
"""

import contextlib
import hashlib
import itertools
import json
import mmap
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from classifier.audio import recording, suspects
from classifier.audio.channels import MIX, ChannelLevels
from classifier.core import atomic_files, disk, parallel
from classifier.core.console import progress, quiet_libraries
from classifier.core.errors import InputError, reason
from classifier.core.text import readable
from classifier.data import channel_clips
from classifier.data.layouts import Clip
from classifier.storage import local_files, mirror
from classifier.storage.locations import Location
from Constants import CACHE

AUDIO = "audio.int16"
INDEX = "index.json"
OF_CHANNEL = "\0"  # between a path, which cannot hold it, and the number of a channel
BYTES = 2  # per sample
FULL_SCALE = 32767  # int16 of 1.0; 16 bits halve the memory and lose nothing a microphone can give
HELD = 16  # blocks of decoders.BLOCK that a thread holds before it writes; longer recordings are written in pieces
SAVED_EVERY = 10  # seconds; a killed run loses no more work
KEPT = "the recordings that were decoded before are kept"
WASTE = 0.5  # share of the file that may belong to changed or deleted recordings before it is written again


@dataclass(frozen=True)
class AudioCache:
    """Decoded clips.

    mapped: the file; clip i is its samples from starts[i] to ends[i].
    starts, ends: (clips,) int, samples.
    clips: the readable ones.
    contents: a hash of each clip's samples; clips with the same audio have the same.
    skipped: (clip, reason) of the unreadable ones.
    folder: where the cache is kept; None where it is deleted with this process.
    odd: {what is odd: [recording (how much)]}, of channels.ChannelLevels.
    rates: (clips,) int, Hz, of the recordings before they were resampled; None: not known.
    wholes: (clips, 2) int, where the recording begins and ends that the clip is of; None: each clip is a recording.
    """

    mapped: mmap.mmap
    starts: np.ndarray
    ends: np.ndarray
    clips: list[Clip]
    contents: list[str]
    skipped: list[tuple[Clip, str]]
    folder: Path | None = None
    wholes: np.ndarray | None = None
    odd: dict[str, list[str]] = field(default_factory=dict)
    rates: np.ndarray | None = None

    @property
    def fingerprint(self) -> str:
        """A hash of all names, labels and samples."""
        rows = sorted((clip.path.name, clip.label, what) for clip, what in zip(self.clips, self.contents, strict=True))
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def samples(self, i: int) -> np.ndarray:
        """(samples,) int16 of clip i, a view."""
        n_samples = int(self.ends[i] - self.starts[i])
        return np.frombuffer(self.mapped, "int16", n_samples, offset=int(self.starts[i]) * BYTES)

    def only(self, chosen: list[int]) -> "AudioCache":
        """The same without all other clips."""
        return replace(
            self,
            starts=self.starts[chosen],
            ends=self.ends[chosen],
            clips=[self.clips[i] for i in chosen],
            contents=[self.contents[i] for i in chosen],
            wholes=None if self.wholes is None else self.wholes[chosen],
            rates=None if self.rates is None else self.rates[chosen],
        )

    def forget(self) -> None:
        """Release the memory of pages that were read; they are read from the file again when they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


def to_float(samples: np.ndarray) -> np.ndarray:
    """(n, ...) int16 samples as float32 in [-1, 1]."""
    return samples.astype("float32") / FULL_SCALE


def to_int16(samples: np.ndarray) -> np.ndarray:
    """(n, ...) float samples in [-1, 1], clipped, as int16."""
    return np.round(np.clip(samples, -1, 1) * FULL_SCALE).astype("int16")


def read(clips: Iterable[Clip], data: Location, sample_rate: int, keep: bool = True, channel: str = MIX) -> AudioCache:
    """Open the cache of a data set, after bringing it up to date.

    Args:
        clips: of the data set.
        data: its folder, file or address; with the sample rate and the channel it names the cache.
        sample_rate: Hz.
        keep: the cache for the next run; otherwise it is deleted when this process ends.
        channel: of audio.channels.CHANNELS; or EACH, of which each is a clip (data.channel_clips).

    Raises:
        InputError: none of a label's recordings can be read; the message names the first.
    """
    clips = channel_clips.divided(clips, channel)
    if not keep:
        with tempfile.TemporaryFile() as file:
            index = {"end": 0, "recordings": {}}
            _decode_missing(clips, sample_rate, channel, file, index, save=lambda: None)
            return _open(clips, sample_rate, file, index, None)
    folder = _folder(data, sample_rate, channel)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(folder):
        index = _read_index(folder)
        with (folder / AUDIO).open("a+b") as file:
            file.truncate(index["end"] * BYTES)  # what follows was begun by a killed run
            _decode_missing(clips, sample_rate, channel, file, index, save=lambda: _write_index(folder, file, index))
            return _open(clips, sample_rate, file, index, folder)


def is_kept(data: Location, sample_rate: int, channel: str = MIX) -> bool:
    """Whether a data set has a cache that `read` would open."""
    return _folder(data, sample_rate, channel).is_dir()


def _folder(data, sample_rate, channel) -> Path:
    data = mirror.local_path(data).resolve()
    of_channel = "" if channel == MIX else f"-{channel}"
    return CACHE / f"{data.name}-{sample_rate}{of_channel}-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}"


def _read_index(folder: Path) -> dict[str, Any]:
    """The index of a cache, without recordings that have changed.

    Returns:
        dict of "end", the number of samples in use, which never shrinks, because other processes may have mapped them;
        and "recordings": {path: {key, first, samples, content, odd, rate}, or {key, reason} for an unreadable
        one}; those of an older version, which did not look for all that is odd, are left out.
    """
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8", errors="surrogateescape"))
        held = {
            path: entry
            for path, entry in index["recordings"].items()
            if local_files.stamp(_path(path)) == entry["key"] and ("rate" in entry or "reason" in entry)
        }
        used = sum(entry.get("samples", 0) for entry in held.values())
        whole = index["end"] * BYTES <= (folder / AUDIO).stat().st_size
        if whole and used >= (1 - WASTE) * index["end"]:
            return {"end": index["end"], "recordings": held}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # there is no index, or it is damaged
    for name in (INDEX, AUDIO):  # a new file: processes that have mapped the old one keep it
        (folder / name).unlink(missing_ok=True)
    return {"end": 0, "recordings": {}}


def _write_index(folder: Path, file: IO[bytes], index: dict[str, Any]) -> None:
    file.flush()
    with atomic_files.new_file(folder / INDEX) as fresh:
        fresh.write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8", errors="surrogateescape")


def _decode_missing(clips, sample_rate, channel, file, index, save: Callable[[], None]) -> None:
    """Append the recordings that the index does not hold."""
    chosen = {_key(clip): clip.channel for clip in clips}
    missing = [key for key in chosen if key not in index["recordings"]]
    if not missing:
        return
    lock, saved = threading.Lock(), time.monotonic()
    # Threads: soundfile, PyAV, soxr and numpy release the interpreter while they work.
    calls = [(key, sample_rate, channel if chosen[key] is None else chosen[key], file, lock) for key in missing]
    decoded = parallel.results(_decode, calls, threads=True)
    with quiet_libraries(also_python=False), contextlib.ExitStack() as at_the_end:  # mpg123 warns of damaged mp3
        at_the_end.callback(save)
        for key, entry in progress(decoded, "reading recordings", len(missing)):
            index["recordings"][key] = entry
            if "first" in entry:
                index["end"] = max(index["end"], entry["first"] + entry["samples"])
            if time.monotonic() - saved > SAVED_EVERY:
                save()
                saved = time.monotonic()


def _path(key):
    return key.partition(OF_CHANNEL)[0]


def _key(clip):
    """What names a clip's recording in the index: its path, and its channel if each is one of its own."""
    return str(clip.path) if clip.channel is None else f"{clip.path}{OF_CHANNEL}{clip.channel}"


def _decode(key, sample_rate, channel, file, lock):
    """Append one recording as one run of samples; returns its name in the index, and its entry there."""
    path = _path(key)
    stamp, digest, levels = local_files.stamp(path), hashlib.sha256(), ChannelLevels()

    def decoded():
        with suspects.reading(path):
            for block in recording.blocks(path, sample_rate, 0.0, None, channel, levels):
                samples = to_int16(block)
                digest.update(samples.data)
                yield samples

    blocks = decoded()
    try:
        waiting = list(itertools.islice(blocks, HELD))
        with lock:  # the rest of a long recording is decoded while the others wait: so memory stays flat
            first = file.seek(0, 2)
            try:
                for samples in itertools.chain(waiting, blocks):
                    disk.append(file, samples.data, KEPT)
            except Exception:
                file.truncate(first)
                raise
            n_samples = (file.tell() - first) // BYTES
    except Exception as error:  # one recording never ends a long run
        return key, {"key": stamp, "reason": reason(error)}
    found = {"first": first // BYTES, "samples": n_samples, "content": digest.hexdigest()}
    return key, {"key": stamp, **found, "odd": levels.oddities(channel), "rate": levels.rate}


def _open(clips, sample_rate, file, index, folder) -> AudioCache:
    """The AudioCache of the clips, once their recordings are in the file."""
    good, skipped, starts, ends, wholes, contents, rates = [], [], [], [], [], [], []
    for clip in clips:
        entry = index["recordings"][_key(clip)]
        start = round(clip.start * sample_rate)
        end = entry.get("samples", 0) if clip.end is None else round(clip.end * sample_rate)
        if "reason" in entry:
            skipped.append((clip, entry["reason"]))
        elif start >= min(end, entry["samples"]):
            reason = recording.why_empty(clip.path, clip.start, clip.end, entry["samples"], sample_rate)
            skipped.append((clip, readable(reason)))
        else:
            good.append(clip)
            starts.append(entry["first"] + start)
            ends.append(entry["first"] + min(end, entry["samples"]))
            wholes.append((entry["first"], entry["first"] + entry["samples"]))
            rates.append(entry["rate"])
            part = "" if ends[-1] - starts[-1] == entry["samples"] else f" {start} {end}"
            contents.append(entry["content"] + part)
    readable_labels = {label for clip in good for label in clip.labels}
    for label in sorted({label for clip in clips for label in clip.labels} - readable_labels):
        reasons = [reason for clip, reason in skipped if label in clip.labels]
        raise InputError(f"none of the {len(reasons)} recording(s) of {label!r} can be read; the first: {reasons[0]}")
    file.flush()
    mapped = mmap.mmap(file.fileno(), index["end"] * BYTES, access=mmap.ACCESS_READ)
    odd: dict[str, dict[str, None]] = {}
    for key in dict.fromkeys(map(_key, good)):
        for what, how_much in index["recordings"][key]["odd"].items():
            odd.setdefault(what, {})[f"{_path(key)} ({how_much})"] = None  # once for all channels of one
    bounds = np.array(starts), np.array(ends)
    names = {what: list(of) for what, of in odd.items()}
    return AudioCache(mapped, *bounds, good, contents, skipped, folder, np.array(wholes), names, np.array(rates))
