"""Prepare raw recordings for training: mono, without silence or noise.

A second run does only what is missing, and deletes outputs that its inputs no longer make. Inputs are only read, and
files that are not in the manifest are never touched. Addresses have a mirror on this machine.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from classifier.audio import denoise, levels
from classifier.core import atomic_files, console, parallel
from classifier.core.cluster import checks
from classifier.core.console import progress, say
from classifier.core.errors import InputError
from classifier.data import manifest, preparation_jobs, rates
from classifier.data.cleaning import NOISE_SOURCES, Cleaning
from classifier.data.clips import read_clips
from classifier.data.layouts import Clip, folder_of
from classifier.data.manifest import Entry
from classifier.storage import mirror
from classifier.storage.locations import Location, absolute, is_remote

JOBS_PER_PROCESS = 20  # a process that has fewer costs more to start than it saves


@dataclass(frozen=True)
class PreparationConfig:
    """What a person decides about a preparation.

    data: folder, file or address of the raw recordings, absolute.
    out: folder or address to write <label>/<name>.wav and the manifest into, absolute.
    layout: a file of classifier/data/layouts; None finds it by looking.
    group_by: a regular expression; its first group, in a file's name, is the group. None: the layout says.
    scheduler: address of a Dask cluster that does it; None for this machine.

    Raises:
        InputError: out lies in the data, or the other way round.
    """

    data: Location
    out: Location
    cleaning: Cleaning
    layout: str | None = None
    group_by: str | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        is_file = isinstance(self.data, Path) and self.data.is_file()
        folder, out = PurePosixPath(self.data), PurePosixPath(self.out)
        folder = folder.parent if is_file else folder
        if out.is_relative_to(folder) or folder.is_relative_to(out):
            raise InputError(f"{out} and {folder} lie in each other; choose another folder to write into (--out)")

    @classmethod
    def from_args(cls, args: argparse.Namespace) -> "PreparationConfig":
        """The config of PrepareData.py's arguments."""
        return cls(
            data=absolute(args.data),
            out=absolute(args.out),
            cleaning=Cleaning.from_args(args),
            layout=args.layout,
            group_by=args.group_by,
            scheduler=args.scheduler,
        )


@dataclass(frozen=True)
class Preparation:
    """What came of the clips: their entries in the manifest; unreadable ones are among the "skipped" of an entry."""

    clips: list[Clip]
    entries: list[Entry]


def prepare(config: PreparationConfig) -> Preparation:
    """Prepare the clips that are not prepared yet.

    Raises:
        InputError: the data cannot be read, a label cannot be the name of a folder, or an address cannot be reached.
    """
    clips = read_clips(config.data, config.group_by, config.layout)
    _check_labels(clips)
    out = mirror.updated_for_writing(config.out)
    out.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(out):
        done = {entry["id"]: entry for entry in manifest.read_manifest(out)}  # of two of the same job, the later
        unfinished = [done.pop(entry["id"]) for entry in list(done.values()) if not manifest.is_complete(entry, out)]
        for entry in unfinished:
            manifest.delete_outputs(entry, out)
        jobs = {job.id(config.data): job for job in preparation_jobs.plan(clips, config.cleaning)}
        gone = [entry for entry in done.values() if entry["data"] == str(config.data) and entry["id"] not in jobs]
        for entry in gone:
            manifest.delete_outputs(done.pop(entry["id"]), out)
        if gone:
            say(f"deleted {sum(len(entry['outputs']) for entry in gone)} files that these recordings no longer make")
        manifest.write_manifest(out, done.values())
        missing = {name: job for name, job in jobs.items() if name not in done}
        workers_upload = config.scheduler and is_remote(config.out)
        if workers_upload:
            mirror.upload(out, str(config.out))  # deletions, before workers upload under the same names
        if missing:
            # A process of a killed run may still be writing: its job gets the same name again.
            _run(config, missing, out, done, {entry["id"]: entry["outputs"][:1] for entry in unfinished})
            if workers_upload:
                mirror.updated(config.out, missing_ok=True)
            manifest.write_manifest(out, done.values())
        if is_remote(config.out):
            mirror.upload(out, str(config.out))
    return Preparation(clips, [done[name] for name in jobs])


def summary(prepared: Preparation, least_seconds: float) -> None:
    """Print what came of the recordings, by label, and what to look at.

    Args:
        least_seconds: outputs that are shorter are named.
    """
    rows, notes = [], defaultdict(list)
    for label in sorted({entry["label"] for entry in prepared.entries}):
        of_label = [entry for entry in prepared.entries if entry["label"] == label]
        outputs = [output for entry in of_label for output in entry["outputs"]]
        before = sum(entry["seconds"] for entry in of_label) / 3600
        after = sum(output["seconds"] for output in outputs) / 3600
        n = sum(len(entry["inputs"]) - len(entry["skipped"]) for entry in of_label)
        rows.append([label, n, f"{before:.2f}", len(outputs), f"{after:.2f}", len({e["group"] for e in of_label})])
    console.table(["label", "recordings", "hours", "written", "hours", "groups"], rows)
    for entry in prepared.entries:
        notes["cannot be read"] += [reason for _, reason in entry["skipped"]]
        for output in entry["outputs"]:
            if output["clipped"] > levels.CLIPPED_SHARE:
                notes["clipped: recorded too loud"].append(f"{output['path']} ({output['clipped']:.2%} of it)")
            if output["rms_db"] < levels.QUIET_DB and entry["label"] not in entry["settings"]["silent_labels"]:
                notes["hardly audible"].append(f"{output['path']} ({output['rms_db']:.0f} dB)")
            if output["seconds"] < least_seconds:
                notes[f"shorter than a window of {least_seconds:g} s"].append(output["path"])
    own = {output["path"]: entry.get("rates", []) for entry in prepared.entries for output in entry["outputs"][:1]}
    for sample_rate in {entry["settings"]["sample_rate"] for entry in prepared.entries}:  # one
        notes |= rates.notes_of_preparation(own, sample_rate)
    console.notes(notes)


def _shared(config: PreparationConfig, out: Path) -> list[Path]:
    """What the workers of a cluster read and write by its path."""
    noise = config.cleaning.denoise
    read = [] if is_remote(config.data) else [folder_of(config.data)]
    read += [Path(noise)] if noise and noise not in NOISE_SOURCES else []
    return read if is_remote(config.out) else [*read, out]


def _check_labels(clips: Iterable[Clip]) -> None:
    for label in {clip.label for clip in clips}:
        if label in ("", ".", "..") or label != Path(label).name or label.startswith(".") or not label.isprintable():
            raise InputError(f"the label {label!r} cannot be the name of a folder; give it another name in the data")


def _run(
    config: PreparationConfig,
    jobs: dict[str, preparation_jobs.Job],
    out: Path,
    done: dict[str, Entry],
    begun_before: dict[str, list[dict[str, Any]]],
) -> None:
    """Do the jobs in parallel, and add each to `done` and to the manifest as soon as its files are there."""
    denoise.warm_up()
    folder, data = folder_of(config.data), config.data
    targets = preparation_jobs.name_outputs(jobs, folder, out, begun_before)
    begun = {name: job.entry(name, data, [{"path": f"{targets[name]}.wav"}], begun=True) for name, job in jobs.items()}
    manifest.write_manifest(out, [*done.values(), *begun.values()])  # after a kill, these tell whose the files are
    workers_upload = config.scheduler and is_remote(config.out)  # else all machines see the folder
    calls = (
        (
            name,
            job.for_cluster(data) if config.scheduler else job,
            None if is_remote(data) else folder,
            config.out if workers_upload else out,
            targets[name],
        )
        for name, job in jobs.items()
    )
    processes = min(parallel.cpu_count(), 1 + len(jobs) // JOBS_PER_PROCESS)
    results = parallel.results(preparation_jobs.run, calls, config.scheduler, processes, shared=_shared(config, out))
    with (out / manifest.MANIFEST).open("a", encoding="utf-8") as file:
        for name, made in progress(results, "preparing recordings", len(jobs)):
            made["skipped"] = [[jobs[name].clips[i].name(folder), reason] for i, reason in made["skipped"]]
            done[name] = {key: value for key, value in begun[name].items() if key != "begun"} | made
            file.write(manifest.as_line(done[name]))
            file.flush()
    written = [out / output["path"] for name in jobs for output in done[name]["outputs"]]
    missing = next((path for path in written if not workers_upload and not path.is_file()), None)
    if missing:
        raise checks.not_shared(missing)
