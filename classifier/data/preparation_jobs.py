"""Plan, name and run the jobs of a preparation.

A job runs in a process of its own, or on a worker of a cluster; such a worker downloads the recordings of its own jobs
from an address, and uploads what it made of them. A path is taken for one that all machines share.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from classifier.audio import recording, suspects
from classifier.audio.channels import MIX
from classifier.core.arguments import EACH
from classifier.core.cluster import checks
from classifier.core.errors import InputError, reason
from classifier.core.text import readable
from classifier.data import cleaning as cleaning_of
from classifier.data.cleaning import PART_SECONDS, Cleaning
from classifier.data.labels import clean
from classifier.data.layouts import Clip, folder_of
from classifier.data.manifest import Entry
from classifier.storage import filesystems, local_files, mirror, remote
from classifier.storage.locations import Location


@dataclass(frozen=True)
class Job:
    """Clips that become one output (or several, when a clip is long).

    sizes: on a cluster, checks.size_of each clip that has a path: a worker must see the same.
    """

    clips: tuple[Clip, ...]
    cleaning: Cleaning
    sizes: tuple[int | None, ...] = ()

    def entry(self, name: str, data: Location, outputs: list[dict[str, Any]], **more: Any) -> Entry:
        """The job as an entry of the manifest."""
        first = self.clips[0]
        origin = {key: getattr(first, key) for key in ("label", "group", "fold", "split")}
        inputs = [{"path": clip.name(folder_of(data)), "stamp": local_files.stamp(clip.path)} for clip in self.clips]
        cleaning = asdict(self.cleaning)
        if self.cleaning.channel == MIX:  # as before there was a choice: what is prepared stays prepared
            del cleaning["channel"]
        settings = {"inputs": inputs, "settings": cleaning}
        return {"id": name, "data": str(data), **origin, **settings, "outputs": outputs, **more}

    def id(self, data: Location) -> str:
        """A hash of all that decides on the outputs: with another input or setting, it is another job."""
        noise = local_files.stamp(self.cleaning.denoise) if self.cleaning.denoise else None
        decisive = {**self.entry("", data, []), "noise": noise}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]

    def for_cluster(self, data: Location) -> "Job":
        """The same job for workers, which run in another folder and may have only the address of the data."""
        paths = [
            mirror.address_of(clip.path, data) if isinstance(data, str) else clip.path.resolve() for clip in self.clips
        ]
        clips = tuple(replace(clip, path=path) for clip, path in zip(self.clips, paths, strict=True))
        sizes = () if isinstance(data, str) else tuple(map(checks.size_of, paths))
        return replace(self, clips=clips, sizes=sizes)


def plan(clips: Iterable[Clip], cleaning: Cleaning) -> list[Job]:
    """One job per clip; short clips of one label, group, fold and split together."""
    jobs, short = [], defaultdict(list)
    for clip in clips:
        seconds = _seconds(clip)
        if seconds is None or seconds >= cleaning.join_seconds or cleaning.channel == EACH:
            jobs.append((clip,))
        else:
            short[clip.label, clip.group, clip.fold, clip.split].append((clip, seconds))
    for members in short.values():
        rows, together = [[]], 0.0
        for clip, seconds in members:
            if together >= cleaning.join_seconds:
                rows.append([])
                together = 0.0
            rows[-1].append(clip)
            together += seconds
        if together < cleaning.join_seconds and len(rows) > 1:
            rows[-2:] = [rows[-2] + rows[-1]]
        jobs += map(tuple, rows)
    return [Job(members, cleaning) for members in jobs]


def name_outputs(jobs: dict[str, Job], folder: Path, out: Path, begun: dict[str, list[dict]]) -> dict[str, str]:
    """{id: path of its output in `out`, without .wav}; none is given twice, or to a file that is there.

    Args:
        folder: of the data.
        begun: {id: outputs} of jobs of a killed run, which keep their names.
    """
    targets = {name: outputs[0]["path"][:-4] for name, outputs in begun.items() if name in jobs and outputs}
    taken = {path.relative_to(out).with_suffix("").as_posix().lower() for path in local_files.find_recordings(out)}
    taken |= {target.lower() for target in targets.values()}
    for name, job in jobs.items():
        if name not in targets:
            targets[name] = next(target for target in _numbered(_target(job, folder)) if target.lower() not in taken)
            taken.add(targets[name].lower())
    return targets


def run(name: str, job: Job, folder: Path | None, out: Location, target: str) -> tuple[str, dict[str, Any]]:
    """Do one job.

    Args:
        name: its id.
        folder: of the data, where it is a path: checked to be on this machine.
        target: path of the output in `out`, without .wav.

    Returns:
        the id, and outputs, seconds (of the inputs), rates ([own rate in Hz] of the recordings that were read) and
        skipped ([index of a clip, reason]) for the manifest.

    Raises:
        InputError: the folder or a recording is not on this machine, or an address cannot be reached.
    """
    if folder and not folder.is_dir():
        raise checks.not_shared(folder)
    for clip, size in zip(job.clips, job.sizes, strict=False):
        if checks.size_of(clip.path) != size:
            raise checks.not_shared(clip.path)
    rate = job.cleaning.sample_rate
    waiting, outputs, skipped, rates, seconds = [], [], [], [], 0.0

    def write(signal, path):
        with remote.new_file(f"{out}/{path}") as fresh:
            recording.write(fresh, signal, rate)
        outputs.append({"path": path, **cleaning_of.measure(signal, rate)})

    for i, clip in enumerate(job.clips):
        with remote.local_copy(clip.path) as path:
            try:
                with suspects.reading(path):
                    rates.append(recording.properties(path).rate)
                for number, part, suffix in _parts(replace(clip, path=path), job.cleaning):
                    seconds += len(part) / rate
                    cleaned = cleaning_of.clean(part, clip.label, job.cleaning)
                    if len(job.clips) > 1:
                        waiting.append(cleaned)
                    else:
                        write(cleaned, f"{target}{suffix}{f' @{number * PART_SECONDS} s' if number else ''}.wav")
            except filesystems.UnreachableError:
                raise
            except Exception as error:  # one recording never ends a long run
                skipped.append([i, reason(error).replace(readable(str(path)), readable(str(clip.path)))])
    if waiting:
        write(np.concatenate(waiting), f"{target}.wav")
    if skipped and len(job.clips) == 1:  # the end of a long recording: what was written of it is not to be trusted
        for output in outputs:
            remote.remove(f"{out}/{output['path']}")
        outputs = []
    return name, {"outputs": outputs, "seconds": round(seconds, 3), "rates": rates, "skipped": skipped}


def _parts(clip, cleaning):
    """(number, part, suffix) of a recording; with EACH of its channels one after the other, named by the suffix."""
    with suspects.reading(clip.path):
        for i, channel in enumerate(cleaning_of.channels_of(clip.path, cleaning.channel)):
            suffix = f" channel {channel + 1}" if i and isinstance(channel, int) else ""  # the first has the job's name
            for number, part in enumerate(cleaning_of.parts(clip, cleaning.sample_rate, channel)):
                yield number, part, suffix


def _seconds(clip) -> float | None:
    """The length that the header promises; None where it has none, or cannot be read."""
    try:
        with suspects.reading(clip.path):
            seconds = recording.properties(clip.path).seconds
    except InputError:
        return None
    end = seconds if clip.end is None else clip.end
    return None if end is None else end - clip.start


def _target(job, folder) -> str:
    """<label>/<path of the first clip without suffix>, with its start if it is a part, and how many others follow."""
    first = job.clips[0]
    path = first.path.relative_to(folder) if first.path.is_relative_to(folder) else Path(first.path.name)
    parts = path.parts[1:] if clean(path.parts[0]) == first.label else path.parts
    start = f" {first.start:g}s" if (first.start, first.end) != (0, None) else ""
    more = f" +{len(job.clips) - 1}" if len(job.clips) > 1 else ""
    return readable(Path(first.label, *parts).with_suffix("").as_posix()) + start + more


def _numbered(name) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))
