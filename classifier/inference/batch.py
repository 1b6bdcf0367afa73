"""Classify many recordings, on all cores, with a journal: a killed run goes on where it was.

A recording is read block by block and answered as prediction.answer answers; what is kept of it is a line of the
journal. Results are written from the journal, in the order of the recordings, at the end: whole or not at all, and the
same however often the run was killed and whichever process was first.
"""

import contextlib
import functools
import hashlib
import itertools
import json
import os
import shutil
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from classifier.audio import recording
from classifier.audio.windows import cut_blocks, hop_length
from classifier.core import atomic_files, parallel, registry
from classifier.core.bounds import check_range
from classifier.core.console import progress, say
from classifier.core.errors import InputError
from classifier.core.journal import Journal
from classifier.export import inspection
from classifier.inference import prediction
from classifier.inference.segments import Merger, Rules, Segment
from classifier.inference.writers import Classified
from classifier.records import artifact
from classifier.scoring.thresholds import BACKGROUND, in_order, reached
from classifier.storage import archives, locations, remote

JOURNAL = "journal.jsonl"
UNFINISHED = ".unfinished"  # folder for what is under way; a killed run leaves it, and the next one removes it
WINDOWS = 16  # that a thread is given at once
PROBABLE = 0.5  # threshold where neither the training nor a person chose one
DIGITS = 6  # of seconds and probabilities; float32 has no more


@dataclass(frozen=True)
class Settings:
    """What decides the answer about a recording, apart from the recording.

    model: what prediction.load takes. version: a hash of its file.
    overlap: share of a window that the next one has too.
    named: thresholds for what a whole recording is, as prediction.answer has them.
    rules: what segments are.
    """

    model: str
    version: str
    overlap: float
    named: dict
    rules: Rules

    @functools.cached_property
    def fingerprint(self):
        """The same for what decides the same, wherever the model lies."""
        return _hash({**asdict(self), "model": None})

    def key(self, source):
        """The same for the same version of a recording that would be answered the same."""
        path = source.location if locations.is_remote(source.location) else os.path.realpath(source.location)
        return _hash([self.fingerprint, path, source.member, source.stamp])[:32]


def _hash(what):
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Run:
    """How it went. done, before: numbers of recordings. failed: {name: reason}. written: paths.

    labels: {label: (recordings, segments, seconds) in which it was heard}.
    """

    done: int
    before: int
    failed: dict
    written: list
    labels: dict


def settings(model, threshold=None, overlap=0.0, smooth=1, merge_gap=0.0, min_duration=0.0):
    """Settings for a model, and its Predictor.

    A model whose answers each come from a sigmoid (of a .tflite, the last operator says so) may hear several labels in
    a window; what was trained here ends in a softmax, and hears one or none.

    Args:
        model: what prediction.load takes.
        threshold: for all labels, but for those of which nobody wants to be told where only one is heard at a time.
            None: those chosen in training, also where a .tflite lies in a trained folder; else PROBABLE.

    Raises:
        InputError: as of prediction.load; or a number is out of its range.
    """
    check_range("--overlap", overlap, "a share of a window", 0, below=1)
    check_range("--merge-gap", merge_gap, "seconds", 0)
    check_range("--min-duration", min_duration, "seconds", 0)
    if threshold is not None:
        check_range("--threshold", threshold, "a probability", 0, 1)
    if smooth < 1 or smooth % 2 == 0:
        raise InputError(f"--smooth {smooth}: give an odd number of windows, so that one is in the middle")
    predictor = prediction.load(model, threads=1)
    source, labels = predictor.source, tuple(predictor.labels)
    independent = source.suffix == ".tflite" and inspection.look_into(source).last == "LOGISTIC"
    wanted = [label for label in labels if independent or label not in BACKGROUND]
    is_trained = (source.parent / artifact.RUN).is_file()
    if threshold is None and is_trained:
        named = thresholds = artifact.load(source.parent).thresholds
    else:
        thresholds = dict.fromkeys(wanted, PROBABLE if threshold is None else threshold)
        named = {} if threshold is None else thresholds
    version = hashlib.sha256(source.read_bytes()).hexdigest()
    rules = Rules(labels, thresholds, independent, smooth, merge_gap, min_duration)
    model = os.path.abspath(model) if os.path.exists(model) else str(model)  # workers may be in another folder
    return Settings(model, version, overlap, named, rules), predictor


def run(sources, settings, predictor, out, write, jobs=None, scheduler=None):
    """Classify what is not yet, and write the results into a folder.

    Args:
        sources: as of inputs.find.
        predictor: of these settings.
        out: folder.
        write: names of files of classifier/outputs.
        jobs: recordings at once; one a core where not given.
        scheduler: address of a Dask scheduler, whose workers see the same files.

    Raises:
        InputError: the folder holds something else of the same names; what parallel.results raises.
    """
    out = Path(out)
    outputs = [registry.load("writers", name) for name in write]
    out.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(out):
        strangers = [output.NAME for output in outputs if (out / output.NAME).exists() and not (out / JOURNAL).exists()]
        if strangers:
            raise InputError(f"{out / strangers[0]} is there, and not from here; give another folder with --out")
        with Journal(out / JOURNAL) as journal, _cleared(out / UNFINISHED) as unfinished:
            keys = [settings.key(source) for source in sources]
            missing = [i for i, key in enumerate(keys) if key not in journal]
            failed = {}
            predictions = _answers(sources, missing, settings, predictor, unfinished, failed, jobs, scheduler)
            with contextlib.closing(predictions):
                for i, found in predictions:
                    if isinstance(found, str):
                        failed[i] = found
                    else:
                        journal.write(keys[i], {"recording": sources[i].name, **found})
            read = functools.partial(_read, sources, keys, journal, settings.rules.labels)
            written = [_write(output, read(), settings.rules.labels, unfinished, out) for output in outputs]
            labels = _by_label(read())
    reasons = {sources[i].name: failed[i] for i in sorted(failed)}
    return Run(len(missing) - len(failed), len(sources) - len(missing), reasons, written, labels)


@contextlib.contextmanager
def _cleared(folder):
    """A new folder, gone again at the end; what a killed run left there is gone, too."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(sources, missing, settings, predictor, folder, failed, jobs, scheduler):
    """(i, what `classify` returns) of the sources that are missing, as they end."""
    if not missing:
        return
    jobs = jobs or parallel.cpu_count()
    threads = 1 if scheduler else max(1, jobs // len(missing))
    calls = _calls(sources, missing, settings, threads, folder, failed)
    with_keras = predictor.source.suffix != ".tflite"
    if with_keras:
        say(f"{predictor.source} is run by TensorFlow, on all cores at once; ConvertModelToTFLite.py makes it faster")
    if not scheduler and (with_keras or jobs == 1 or len(missing) == 1):
        predictions = (classify(*call, shown=len(missing) == 1) for call in calls)
    else:
        predictions = parallel.results(classify, calls, scheduler, min(jobs, len(missing)))
    seconds, bar = 0.0, progress(predictions, "classifying", len(missing))
    with contextlib.closing(predictions), contextlib.closing(bar):
        for i, path, found in bar:
            if sources[i].member is not None:
                Path(path).unlink()
            if not isinstance(found, str):
                seconds += found["seconds"]
                rate = seconds / 3600 / max(bar.format_dict["elapsed"], 1e-3)
                bar.set_postfix_str(f"{seconds / 3600:.1f} h of audio, {rate:.3f} h a second", refresh=False)
            yield i, found


def _calls(sources, missing, settings, threads, folder, failed):
    """Arguments of `classify`. Members of an archive are unpacked when it is their turn."""
    for archive, group in itertools.groupby(missing, lambda i: sources[i].member is not None and sources[i].location):
        if not archive:
            for i in group:
                where = sources[i].location
                where = where if locations.is_remote(where) else os.path.abspath(where)
                yield i, where, sources[i].name, settings, threads
            continue
        waiting = {sources[i].member: i for i in group}
        try:  # raised in here, it would stop whoever asks for the next call
            for member, path in archives.each(archive, waiting, folder):
                i = waiting.pop(member)
                yield i, os.path.abspath(path), sources[i].name, settings, threads
        except (InputError, OSError) as error:
            failed.update(dict.fromkeys(waiting.values(), str(error)))


def classify(i, where, name, settings, threads=1, shown=False):
    """Classify one recording.

    Args:
        i: whatever tells this call from others.
        where: path or address.
        name: what it is called in a reason.
        threads: that answer at once.
        shown: with a progress bar.

    Returns:
        (i, where, found): what the journal keeps, a dict of seconds, highest (Hz), label, probability, and segments
        (lists of label, start, end, peak, mean; the label as its place among the model's); or the reason why not.
    """
    path = where
    try:
        with remote.local_copy(where) as path:
            return i, where, _classify(path, settings, threads, shown)
    except (InputError, OSError) as error:
        return i, where, str(error).replace(str(path), name)


def _classify(path, settings, threads, shown):
    predictor = prediction.held(settings.model, settings.version, 1)
    audio_format, labels = predictor.audio_format, list(settings.rules.labels)
    hop = hop_length(audio_format.window_length, settings.overlap)
    about = recording.properties(path)
    merger, samples = Merger(settings.rules, audio_format, hop), 0
    blocks = recording.blocks(path, audio_format.sample_rate)
    if shown:
        blocks = _shown(blocks, audio_format.sample_rate, about.seconds)
    batches = _batches(cut_blocks(blocks, audio_format.window_length, hop))
    for end, probabilities in _in_threads(predictor.probabilities, batches, threads):
        merger.add(probabilities)
        samples = end
    mean = merger.mean
    best = reached(mean[None], in_order(settings.named, labels))[0]
    return {
        "seconds": round(samples / audio_format.sample_rate, DIGITS),
        "highest": min(about.rate, audio_format.sample_rate) / 2,
        "label": labels[best] if best >= 0 else None,
        "probability": round(float(mean.max()), DIGITS),
        "segments": [
            [labels.index(s.label), *(round(number, DIGITS) for number in (s.start, s.end, s.peak, s.mean))]
            for s in merger.finish(samples)
        ],
    }


def _shown(blocks, rate, seconds):
    with progress(None, "seconds of audio", seconds and round(seconds)) as bar:
        samples = 0
        for block in blocks:
            samples += len(block)
            bar.update(samples // rate - bar.n)
            yield block


def _batches(cut):
    """(sample up to which they hold sound, windows), few windows at a time."""
    for _, windows, end in cut:
        for first in range(0, len(windows), WINDOWS):
            yield end, windows[first : first + WINDOWS]


def _in_threads(function, batches, threads):
    """(end, function(windows)) in order; while some threads work, what comes next is read."""
    if threads == 1:
        yield from ((end, function(windows)) for end, windows in batches)
        return
    waiting = deque()
    with ThreadPoolExecutor(threads) as pool:
        for end, windows in batches:
            waiting.append((end, pool.submit(function, windows)))
            if len(waiting) > 2 * threads:
                end, answer = waiting.popleft()
                yield end, answer.result()
        yield from ((end, answer.result()) for end, answer in waiting)


def _read(sources, keys, journal, labels):
    """Classified, of all that could be read."""
    for source, key in zip(sources, keys, strict=True):
        if key in journal:
            held = journal.read(key)
            segments = [Segment(labels[label], *numbers) for label, *numbers in held["segments"]]
            named = {name: held[name] for name in ("seconds", "highest", "label", "probability")}
            yield Classified(source.name, source.file, **named, segments=segments)


def _write(output, classified, labels, unfinished, out):
    """Write one output, and put it into its place when it is whole; returns the place."""
    fresh, place = unfinished / output.NAME, out / output.NAME
    output.write(progress(classified, f"writing {place.name}"), labels, fresh)
    if place.is_dir():
        os.replace(place, unfinished / "old")
    os.replace(fresh, place)
    shutil.rmtree(unfinished / "old", ignore_errors=True)
    return place


def _by_label(classified):
    """Run.labels, the label that is heard longest first."""
    found = {}
    for of in classified:
        counts = dict.fromkeys(of.seconds_of, 0)
        for segment in of.segments:
            counts[segment.label] += 1
        for label, seconds in of.seconds_of.items():
            before = found.get(label, (0, 0, 0.0))
            found[label] = before[0] + 1, before[1] + counts[label], before[2] + seconds
    return dict(sorted(found.items(), key=lambda item: (-item[1][2], item[0])))
