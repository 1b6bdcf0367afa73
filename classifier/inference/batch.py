"""Classify many recordings, on all cores, with a journal: a killed run goes on where it was.

Results are written from the journal at the end, in the order of the recordings: whole or not at all, and the same
however often the run was killed and whichever process was first.
"""

import contextlib
import functools
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from classifier.audio.windows import hop_length
from classifier.core import atomic_files, parallel
from classifier.core.arguments import EACH
from classifier.core.console import progress, say
from classifier.core.journal import Journal
from classifier.data import inputs
from classifier.data.inputs import Source
from classifier.inference import on_cluster, result_folder, unpacked, writing
from classifier.inference.config import ClassificationConfig
from classifier.inference.predictor import Predictor, channel_of, find_model
from classifier.inference.recording_classifier import Outcome, RecordingResult, classify
from classifier.inference.segments import Segment
from classifier.inference.settings import ClassifierSettings, make_settings
from classifier.inference.writers import Classified, _probabilities
from classifier.records import artifact

JOURNAL = "journal.jsonl"

PROBABILITIES = {  # files of --probabilities
    _probabilities.TABLE: _probabilities.write_csv,
    _probabilities.PARQUET: _probabilities.write_parquet,
}


@dataclass(frozen=True)
class LabelTotal:
    """How often a label was recognised.

    Attributes:
        recordings: that have it as the label of the whole.
        heard_in: recordings with a segment of it.
        segments: in all of them.
        seconds: of all its segments together.
    """

    recordings: int = 0
    heard_in: int = 0
    segments: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class BatchResult:
    """How a batch went.

    Attributes:
        done: recordings that were classified now.
        before: recordings that an earlier run had classified.
        refused: {archive: why it is not unpacked}.
        left_out: sentences on files of unknown suffix.
        failed: {recording: why it cannot be read}.
        written: files and folders of results; none where no recording could be read.
        labels: {label: LabelTotal}, most seconds first.
        example: path of the first recording that was classified and is a file of this machine; None: there is none.
        notes: as of Predictor.
        several_tracks: recordings of which the first sound track was read.
    """

    done: int
    before: int
    refused: dict[str, str]
    left_out: list[str]
    failed: dict[str, str]
    written: list[Path]
    labels: dict[str, LabelTotal]
    example: str | None = None
    notes: tuple[str, ...] = ()
    several_tracks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Recordings that are classified: those that the journal of a folder holds.

    Attributes:
        predictor: that classified them.
        labels: of the model.
        sources: all recordings that were asked for, those that cannot be read too.
        read: call for what was recognised in each, in the order of the sources.
        folder: an empty folder, for what is under way.
        done, before, refused, left_out, failed, several_tracks, example: as of BatchResult.
    """

    predictor: Predictor
    labels: tuple[str, ...]
    sources: list[Source]
    read: Callable[[], Iterator[Classified]]
    folder: Path
    done: int
    before: int
    refused: dict[str, str]
    left_out: list[str]
    failed: dict[str, str]
    several_tracks: tuple[str, ...]
    example: str | None


def classify_recordings(config: ClassificationConfig) -> BatchResult:
    """Classify the recordings of a config that no earlier run has classified, and write all results.

    Where inputs.LIST is among the inputs, paths are read from standard input.

    Raises:
        InputError: there is no such model, there is nothing to classify, the folder of the results holds files of the
            same names from elsewhere; as of parallel.results.
    """
    writers: list[ModuleType | SimpleNamespace] = [*writing.load(config.writers)]
    if config.probabilities:
        writers += [SimpleNamespace(NAME=name, write=write) for name, write in PROBABILITIES.items()]
    with classified(config, writers) as batch:
        written, about = [], (batch.labels, batch.folder, Path(config.out), config.delimiter)
        if batch.done + batch.before:  # else tables would be empty, and look like an answer
            fresh = result_folder.prepare(writers, lambda writer: batch.read(), *about)
            written = result_folder.move(fresh, batch.folder, Path(config.out))
        return BatchResult(
            batch.done,
            batch.before,
            batch.refused,
            batch.left_out,
            batch.failed,
            written,
            _totals(batch.read()),
            batch.example,
            batch.predictor.notes,
            batch.several_tracks,
        )


@contextlib.contextmanager
def classified(
    config: ClassificationConfig, writers: Sequence[ModuleType | SimpleNamespace] = ()
) -> Generator[Batch, None, None]:
    """Classify the recordings of a config that no earlier run has classified; the folder is locked in the block.

    Args:
        writers: whose files may not be there from elsewhere.

    Raises:
        InputError: as of `classify_recordings`.
    """
    model, given = find_model(config.model, config.trained), config.inputs
    if not given:
        given = (str(artifact.example(model)),)
        say(f"no INPUT given: classifying {given[0]}")
    sources, refused, left_out = inputs.find(given, _standard_input(), (config.channel or channel_of(model)) == EACH)
    out = Path(config.out)
    result_folder.check(out, writers, JOURNAL)
    settings, predictor = make_settings(config)
    out.mkdir(parents=True, exist_ok=True)
    with (
        atomic_files.alone_in(out),
        Journal(out / JOURNAL) as journal,
        result_folder.unfinished(out) as unfinished,
    ):
        keys = [settings.of(source).key(source) for source in sources]
        missing = [i for i, key in enumerate(keys) if key not in journal]
        failed: dict[int, str] = {}
        outcomes = _outcomes(sources, missing, settings, predictor, unfinished, failed, config)
        with contextlib.closing(outcomes):
            for outcome in outcomes:
                if outcome.result is None:
                    failed[outcome.index] = outcome.reason or ""
                else:
                    entry = {"recording": sources[outcome.index].name, **outcome.result.as_entry()}
                    journal.write(keys[outcome.index], entry)
        rate, length = predictor.audio_format.sample_rate, predictor.audio_format.window_length
        hop, window = settings.frame or hop_length(length, settings.overlap), settings.frame or length
        about = {"hop_seconds": hop / rate, "window_seconds": window / rate}
        about["independent"] = settings.independent
        there = [source for source, key in zip(sources, keys, strict=True) if key in journal]
        tracks = (journal.read(key).get("tracks") or 1 if key in journal else 1 for key in keys)
        yield Batch(
            predictor=predictor,
            labels=settings.labels,
            sources=sources,
            read=functools.partial(_read, sources, keys, journal, settings.labels, about),
            folder=unfinished,
            done=len(missing) - len(failed),
            before=len(sources) - len(missing),
            refused=refused,
            left_out=left_out,
            failed={sources[i].name: failed[i] for i in sorted(failed)},
            several_tracks=tuple(source.name for source, n in zip(sources, tracks, strict=True) if n > 1),
            example=next((source.location for source in there if source.is_local_file), None),
        )


def _standard_input() -> Iterator[str]:
    """Its lines; nothing is read before the first is asked for."""
    with open(0, encoding="utf-8", errors="surrogateescape", closefd=False) as lines:
        yield from lines


def _outcomes(
    sources: Sequence[Source],
    missing: Sequence[int],
    settings: ClassifierSettings,
    predictor: Predictor,
    folder: Path,
    failed: dict[int, str],
    config: ClassificationConfig,
) -> Generator[Outcome, None, None]:
    """The outcomes of the missing sources, as they end."""
    if not missing:
        return
    jobs = config.jobs or parallel.cpu_count()
    threads = 1 if config.scheduler else max(1, jobs // len(missing))
    sent: dict[str, Path] = {}
    if config.scheduler:
        settings, sent = on_cluster.travelling(settings, predictor)
    calls = _calls(sources, missing, settings, threads, folder, failed)
    with_keras = predictor.source.suffix != ".tflite"
    if with_keras:
        say(f"{predictor.source} is run by TensorFlow, on all cores at once; ConvertModelToTFLite.py makes it faster")
    if config.scheduler:
        there = on_cluster.sized(calls)
        outcomes = parallel.results(on_cluster.classify_there, there, config.scheduler, sent=sent)
    elif with_keras or jobs == 1 or len(missing) == 1:
        outcomes = (classify(*call, show_progress=len(missing) == 1) for call in calls)
    else:
        outcomes = parallel.results(classify, calls, at_once=min(jobs, len(missing)))
    seconds, bar = 0.0, progress(outcomes, "classifying", len(missing))
    with contextlib.closing(outcomes), contextlib.closing(bar):
        for outcome in bar:
            if sources[outcome.index].member is not None:
                Path(outcome.path).unlink()
            if outcome.result is not None:
                seconds += outcome.result.seconds
                rate = seconds / 3600 / max(bar.format_dict["elapsed"], 1e-3)
                bar.set_postfix_str(f"{seconds / 3600:.1f} h of audio, {rate:.3f} h per second", refresh=False)
            yield outcome


def _calls(
    sources: Sequence[Source],
    missing: Sequence[int],
    settings: ClassifierSettings,
    threads: int,
    folder: Path,
    failed: dict[int, str],
) -> Iterator[tuple]:
    """Arguments of `classify`."""
    for i, path in unpacked.paths(sources, missing, folder, failed):
        yield i, path, sources[i].name, settings.of(sources[i]), threads


def _read(
    sources: Sequence[Source],
    keys: Sequence[str],
    journal: Journal,
    labels: Sequence[str],
    shared: dict[str, Any],
) -> Iterator[Classified]:
    """All recordings in the journal, in the order of the sources; shared: fields that are the same for all."""
    for source, key in zip(sources, keys, strict=True):
        if key in journal:
            result = RecordingResult.from_entry(journal.read(key))
            segments = [Segment(labels[s.label], s.start, s.end, s.peak, s.mean) for s in result.segments]
            about = (result.seconds, result.highest, result.label, result.probability, segments)
            heard = {"header_clock": result.header_clock or "", "channel": source.channel}
            yield Classified(source.name, source.file, *about, source.path, result.windows, **shared, **heard)


def _totals(classified: Iterable[Classified]) -> dict[str, LabelTotal]:
    """{label: total}, most seconds first."""
    totals: dict[str, LabelTotal] = {}
    for recording in classified:
        heard = recording.seconds_of
        for label in {*heard, *([recording.label] if recording.label else [])}:
            before = totals.get(label, LabelTotal())
            totals[label] = LabelTotal(
                before.recordings + (label == recording.label),
                before.heard_in + (label in heard),
                before.segments + sum(segment.label == label for segment in recording.segments),
                before.seconds + heard.get(label, 0.0),
            )
    return dict(sorted(totals.items(), key=lambda item: (-item[1].seconds, item[0])))
