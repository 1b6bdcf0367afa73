"""Raw recordings of any kind -> data_long/<label>/: mono, at the audio format's rate, without silence or noise.

Each output has a line in the manifest that says which inputs and settings made it. A second run does what is missing
and takes away what its inputs no longer make; inputs are only read, and files it did not write are never touched.

Inputs and outputs that lie elsewhere have a mirror here. On a cluster each worker fetches the recordings of its own
jobs from an address and sends there what it made of them; a path is taken for one that all machines share.
"""

import glob
import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path, PurePosixPath

import numpy as np

from classifier.audio import denoise, recording, spectrograms
from classifier.core import atomic_files, console, parallel
from classifier.core.console import progress, say
from classifier.core.errors import InputError
from classifier.data.layouts import Clip, folder_of
from classifier.data.layouts.prepared import MANIFEST, read_manifest
from classifier.plotting import recording_pictures
from classifier.records.audio_format import make_audio_format
from classifier.storage import remote
from classifier.storage.locations import absolute, is_remote

PART_SECONDS = 600  # a longer recording becomes several outputs: memory stays flat, and all cores have work
FULL_SCALE_DB = -0.1  # dB from full scale; a sample above it is taken for clipped
CLIPPED_SHARE = 1e-4  # of the samples, and a recording is reported
QUIET_DB = -60  # RMS from full scale, and a recording is reported
JOBS_PER_PROCESS = 20  # a process that has fewer costs more to start than it saves


@dataclass(frozen=True)
class Settings:
    """What is done to a recording.

    sample_rate: Hz. top_db: what is so far below a recording's loudest moment is silence. split: cut silence out of
    the inside too. denoise: None, "quietest", "whole" or the path of a recording of the noise. join: seconds; shorter
    recordings of a label and group are put together until they are as long. silent: labels that are silence: neither
    trimmed nor denoised, for nothing would be left.
    """

    sample_rate: int
    top_db: float
    split: bool
    denoise: str | None
    join: float
    silent: tuple


@dataclass(frozen=True)
class Job:
    """Clips that become one output (or several, when it is long)."""

    clips: tuple
    settings: Settings


def prepare(clips, data, out, settings, scheduler=None):
    """Prepare clips that are not prepared yet.

    Args:
        clips: of a data set.
        data: its folder, file or address.
        out: folder or address to write <label>/<name>.wav and the manifest into.
        settings: a Settings.
        scheduler: of a Dask cluster that does it; None for this machine.

    Returns:
        The entries of the manifest that belong to these clips; those that could not be read are among their "skipped".

    Raises:
        InputError: a label is no name for a folder, or out lies in the data (or the other way round).
    """
    data, there = absolute(data), absolute(out)
    _check(clips, data, there)
    out = remote.fetched_to_write(there)
    out.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(out):
        held = {entry["id"]: entry for entry in read_manifest(out)}  # of two of the same job, the later
        unfinished = [held.pop(entry["id"]) for entry in list(held.values()) if not _is_whole(entry, out)]
        for entry in unfinished:
            _take_away(entry, out)
        jobs = {_id(job, data): job for job in _plan(clips, settings)}
        gone = [entry for entry in held.values() if entry["data"] == str(data) and entry["id"] not in jobs]
        for entry in gone:
            _take_away(held.pop(entry["id"]), out)
        if gone:
            say(f"took away {sum(len(entry['outputs']) for entry in gone)} files that these recordings no longer make")
        _write_manifest(out, held.values())
        todo = {name: job for name, job in jobs.items() if name not in held}
        across = scheduler and is_remote(there)
        if across:
            remote.send(out, there)  # what is taken away, before workers put something in its place
        if todo:
            # A process of a killed run may still be writing: its job gets the same name again.
            _run(todo, data, there, held, {entry["id"]: entry["outputs"][:1] for entry in unfinished}, scheduler)
            if across:
                remote.fetched(there, missing_ok=True)  # what the workers have sent
            _write_manifest(out, held.values())
        if is_remote(there):
            remote.send(out, there)
    return [held[name] for name in jobs]


def show(entries, least_seconds):
    """Print what came of the recordings, per label, and what to look at."""
    rows, notes = [], defaultdict(list)
    for label in sorted({entry["label"] for entry in entries}):
        of_label = [entry for entry in entries if entry["label"] == label]
        outputs = [output for entry in of_label for output in entry["outputs"]]
        before = sum(entry["seconds"] for entry in of_label) / 3600
        after = sum(output["seconds"] for output in outputs) / 3600
        n = sum(len(entry["inputs"]) - len(entry["skipped"]) for entry in of_label)
        rows.append([label, n, f"{before:.2f}", len(outputs), f"{after:.2f}", len({e["group"] for e in of_label})])
    console.table(["label", "recordings", "hours", "written", "hours", "groups"], rows)
    for entry in entries:
        notes["cannot be read"] += [reason for _, reason in entry["skipped"]]
        for output in entry["outputs"]:
            if output["clipped"] > CLIPPED_SHARE:
                notes["clipped: recorded too loud"].append(f"{output['path']} ({output['clipped']:.2%} of it)")
            if output["rms_db"] < QUIET_DB and entry["label"] not in entry["settings"]["silent"]:
                notes["hardly audible"].append(f"{output['path']} ({output['rms_db']:.0f} dB)")
            if output["seconds"] < least_seconds:
                notes[f"shorter than a window of {least_seconds:g} s"].append(output["path"])
    console.notes(notes)


def draw(path, settings):
    """Draw a recording (the first minutes of a long one) as it came and as it would be prepared; returns the PNG."""
    path = Path(path)
    before = next(_parts(Clip(path, "", ""), settings.sample_rate))
    signals = (before, _clean(before, "", settings))
    audio_format = make_audio_format(sample_rate=settings.sample_rate)
    powers = [spectrograms.power_spectrogram(signal, audio_format) for signal in signals]
    png = Path(f"{path.stem}_prepared.png")
    recording_pictures.draw_before_and_after(signals, powers, audio_format, path.name, png)
    return png


def _check(clips, data, out):
    for label in {clip.label for clip in clips}:
        if label in ("", ".", "..") or label != Path(label).name or label.startswith(".") or not label.isprintable():
            raise InputError(f"the label {label!r} cannot be the name of a folder; give it another name in the data")
    folder, out = (PurePosixPath(place) for place in (data if is_remote(data) else folder_of(data), out))
    if out.is_relative_to(folder) or folder.is_relative_to(out):
        raise InputError(f"{out} and {folder} lie in each other; choose a folder elsewhere to write into (--out)")


def _plan(clips, settings):
    """Jobs: a clip each, short ones of a label and group together."""
    jobs, short = [], defaultdict(list)
    for clip in clips:
        seconds = _seconds(clip)
        if seconds is None or seconds >= settings.join:
            jobs.append((clip,))
        else:
            short[clip.label, clip.group, clip.fold, clip.split_name].append((clip, seconds))
    for members in short.values():
        rows, together = [[]], 0.0
        for clip, seconds in members:
            if together >= settings.join:
                rows.append([])
                together = 0.0
            rows[-1].append(clip)
            together += seconds
        if together < settings.join and len(rows) > 1:
            rows[-2:] = [rows[-2] + rows[-1]]
        jobs += map(tuple, rows)
    return [Job(members, settings) for members in jobs]


def _seconds(clip):
    """As the header says; None where it does not, or cannot be read."""
    try:
        seconds = recording.properties(clip.path).seconds
    except InputError:
        return None
    end = seconds if clip.end is None else clip.end
    return None if end is None else end - clip.start


def _run(todo, data, there, held, begun_before, scheduler):
    """Do the jobs in parallel, a line of the manifest for each as soon as its files are there."""
    denoise.warm_up()
    out = remote.here(there)
    targets = _targets(todo, folder_of(data), out, begun_before)
    begun = {
        name: _entry(name, job, data, [{"path": f"{targets[name]}.wav"}], begun=True) for name, job in todo.items()
    }
    _write_manifest(out, [*held.values(), *begun.values()])  # so that after a kill it is known whose these files are
    across = scheduler and is_remote(there)  # else all see the folder
    folder = None if is_remote(data) else folder_of(data)
    calls = (
        (name, _seen_by(scheduler, job, data), folder, there if across else out, targets[name])
        for name, job in todo.items()
    )
    processes = min(parallel.cpu_count(), 1 + len(todo) // JOBS_PER_PROCESS)
    done = parallel.results(_do, calls, scheduler, processes)
    with (out / MANIFEST).open("a", encoding="utf-8") as manifest:
        for name, made in progress(done, "preparing recordings", len(todo)):
            made["skipped"] = [[todo[name].clips[i].name(folder_of(data)), reason] for i, reason in made["skipped"]]
            held[name] = {key: value for key, value in begun[name].items() if key != "begun"} | made
            manifest.write(json.dumps(held[name], ensure_ascii=False) + "\n")
            manifest.flush()
    written = [out / output["path"] for name in todo for output in held[name]["outputs"]]
    missing = next((path for path in written if not across and not path.is_file()), None)
    if missing:
        raise parallel.not_shared(missing)


def _seen_by(scheduler, job, data):
    """The job as those see it who do it: workers of a cluster are in another folder, and may have only the address."""
    if not scheduler:
        return job
    paths = [remote.elsewhere(clip.path, data) if is_remote(data) else clip.path.resolve() for clip in job.clips]
    return replace(job, clips=tuple(replace(clip, path=path) for clip, path in zip(job.clips, paths, strict=True)))


def _targets(todo, folder, out, begun_before):
    """{id: path without .wav} under out: that of the killed run, or one that is not there yet; none is given twice."""
    targets = {name: outputs[0]["path"][:-4] for name, outputs in begun_before.items() if name in todo and outputs}
    taken = {path.relative_to(out).with_suffix("").as_posix().lower() for path in recording.find(out)}
    taken |= {target.lower() for target in targets.values()}
    for name, job in todo.items():
        if name not in targets:
            targets[name] = next(target for target in _numbered(_target(job, folder)) if target.lower() not in taken)
            taken.add(targets[name].lower())
    return targets


def _target(job, folder):
    """<label>/<where the first clip lies, without its suffix>, with its start if it is a part, and how many follow."""
    first = job.clips[0]
    path = first.path.relative_to(folder) if first.path.is_relative_to(folder) else Path(first.path.name)
    parts = path.parts[1:] if path.parts[0] == first.label else path.parts
    start = f" {first.start:g}s" if (first.start, first.end) != (0, None) else ""
    more = f" +{len(job.clips) - 1}" if len(job.clips) > 1 else ""
    return Path(first.label, *parts).with_suffix("").as_posix() + start + more


def _numbered(name):
    yield name
    yield from (f"{name} ({number})" for number in count(2))


def _do(name, job, folder, out, target):
    """One job, in a process of its own; returns its name, and what came of it for the manifest."""
    if folder and not folder.is_dir():
        raise parallel.not_shared(folder)
    rate = job.settings.sample_rate
    waiting, outputs, skipped, seconds = [], [], [], 0.0

    def write(signal, path):
        with remote.new_file(f"{out}/{path}") as fresh:
            recording.write(fresh, signal, rate)
        outputs.append({"path": path, **_levels(signal, rate)})

    for i, clip in enumerate(job.clips):
        with remote.local(clip.path) as path:
            try:
                for number, part in enumerate(_parts(replace(clip, path=path), rate)):
                    seconds += len(part) / rate
                    cleaned = _clean(part, clip.label, job.settings)
                    if len(job.clips) > 1:
                        waiting.append(cleaned)
                    else:
                        write(cleaned, f"{target}{f' @{number * PART_SECONDS} s' if number else ''}.wav")
            except remote.Unreachable:
                raise
            except InputError as error:
                skipped.append([i, str(error).replace(str(path), str(clip.path))])
    if waiting:
        write(np.concatenate(waiting), f"{target}.wav")
    if skipped and len(job.clips) == 1:  # the end of a long recording: what was written of it is not to be trusted
        for output in outputs:
            remote.remove(f"{out}/{output['path']}")
        outputs = []
    return name, {"outputs": outputs, "seconds": round(seconds, 3), "skipped": skipped}


def _entry(name, job, data, outputs, **more):
    """A line of the manifest."""
    first = job.clips[0]
    origin = {key: getattr(first, key) for key in ("label", "group", "fold", "split_name")}
    made_by = {"inputs": _inputs(job, data), "settings": asdict(job.settings)}
    return {"id": name, "data": str(data), **origin, **made_by, "outputs": outputs, **more}


def _parts(clip, rate):
    """A clip's samples, at most PART_SECONDS at once."""
    most, waiting = PART_SECONDS * rate, np.empty(0, "float32")
    for block in recording.blocks(clip.path, rate, clip.start, clip.end):
        waiting = np.concatenate([waiting, block])
        while len(waiting) > most:
            yield waiting[:most]
            waiting = waiting[most:]
    yield waiting


def _clean(signal, label, settings):
    if label in settings.silent:
        return signal
    if settings.denoise:
        signal = denoise.reduce_noise(signal, settings.sample_rate, _noise(signal, settings))
    cut = denoise.cut_silence if settings.split else denoise.trim
    return cut(signal, settings.sample_rate, settings.top_db)


def _noise(signal, settings):
    if settings.denoise == "whole":
        return None
    if settings.denoise == "quietest":
        return denoise.quietest(signal, settings.sample_rate)
    return recording.read(settings.denoise, settings.sample_rate)


def _levels(signal, rate):
    return {
        "seconds": round(len(signal) / rate, 3),
        "peak_db": _db(np.abs(signal).max()),
        "rms_db": _db(np.sqrt(np.mean(np.square(signal, dtype="float64")))),
        "clipped": round(float(np.mean(np.abs(signal) > 10 ** (FULL_SCALE_DB / 20))), 6),
    }


def _db(amplitude):
    return round(20 * float(np.log10(max(amplitude, 1e-6))), 1)


def _inputs(job, data):
    names = [clip.name(folder_of(data)) for clip in job.clips]
    stamps = [recording.stamp(clip.path) for clip in job.clips]
    return [{"path": name, "stamp": stamp} for name, stamp in zip(names, stamps, strict=True)]


def _id(job, data):
    """A hash of all that decides on the outputs: another input or setting, another job."""
    noise = recording.stamp(job.settings.denoise) if job.settings.denoise else None
    told = {**_entry("", job, data, []), "noise": noise}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _is_whole(entry, out):
    return "begun" not in entry and all((out / output["path"]).is_file() for output in entry["outputs"])


def _take_away(entry, out):
    """Delete what a job wrote; of one that was killed, also parts, and files under their temporary names."""
    for output in entry["outputs"]:
        path = out / output["path"]
        path.unlink(missing_ok=True)
        if "begun" in entry:
            stem = glob.escape(path.stem)
            for left_over in [*path.parent.glob(f".*-{stem}.wav"), *path.parent.glob(f"{stem} @* s.wav")]:
                left_over.unlink(missing_ok=True)


def _write_manifest(out, entries):
    with atomic_files.new_file(out / MANIFEST) as fresh:
        fresh.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8")
