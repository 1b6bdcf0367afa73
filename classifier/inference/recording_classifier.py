"""Classify one recording block by block: memory does not grow with its length.

Predictions are those of prediction.predict_signal on the whole recording; what is kept of it fits on one line.
"""

import base64
import functools
import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.audio import clock, recording, suspects
from classifier.audio.channels import FIRST, MIX, track
from classifier.audio.windows import cut_blocks, hop_length
from classifier.core import disk
from classifier.core.arguments import EACH
from classifier.core.console import progress
from classifier.core.errors import DiskFullError, reason
from classifier.data.inputs import Source
from classifier.inference import frames
from classifier.inference.config import ClassificationConfig
from classifier.inference.predictor import Predictor, cached_predictor, find_model, load_predictor
from classifier.inference.segments import SegmentMerger
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.thresholds import in_order, reached
from classifier.storage import locations, remote
from Constants import WEIGHTS

BATCH_WINDOWS = 16  # that a thread runs at once
CUT = "the last window ends with the recording"  # another way to cut is another result
DIGITS = 6  # of seconds and probabilities; float32 has no more


@dataclass(frozen=True)
class ClassifierSettings:
    """All that decides the result for a recording, apart from the recording. Workers of a cluster are sent this.

    Attributes:
        model: absolute path, or the name of a published network; on a worker, a path in the folder of the code.
        version: hash of the file that is run.
        overlap: share of a window that the next one repeats.
        recording_thresholds: {label: threshold} for the label of a whole recording.
        labels: of the model, in the order of its outputs.
        rule: for segments.
        independent: as of SegmentMerger.
        probabilities: keep those of each window.
        head, activation: as of predictor.load_predictor.
        frame: samples of a frame, where segments are of frames; 0: they are of windows.
        channel: of audio.channels.CHANNELS, or its number, from 0; EACH: each source has its own.
    """

    model: str
    version: str
    overlap: float
    recording_thresholds: dict[str, float]
    labels: tuple[str, ...]
    rule: DecisionRule
    independent: bool = False
    probabilities: bool = False
    head: str | None = None
    activation: str | None = None
    frame: int = 0
    channel: str | int = MIX

    def of(self, source: Source) -> "ClassifierSettings":
        """The settings for a source: of its channel, where each is a recording of its own."""
        if self.channel != EACH:
            return self
        return replace(self, channel=FIRST if source.channel is None else source.channel)

    @functools.cached_property
    def fingerprint(self) -> str:
        """Equal for settings that decide the same, wherever the model lies."""
        decides = {**asdict(self), "model": None, "cut": CUT}
        unused = [name for name in ("probabilities", "head", "activation", "frame") if not decides[name]]
        unused += ["channel"] if self.channel == MIX else []
        return _hash({name: value for name, value in decides.items() if name not in unused})  # as before there were any

    def key(self, source: Source) -> str:
        """Equal for the same version of a recording under the same `fingerprint`."""
        path = source.location if locations.is_remote(source.location) else os.path.realpath(source.location)
        return _hash([self.fingerprint, path, source.member, source.stamp])[:32]


@dataclass(frozen=True)
class ClassifiedSegment:
    """A segment as the journal keeps it. label: index into the model's labels; start, end: seconds."""

    label: int
    start: float
    end: float
    peak: float
    mean: float


@dataclass(frozen=True)
class RecordingResult:
    """What the journal keeps of a recording.

    Attributes:
        seconds: its length.
        highest: Hz; the highest frequency that the model received.
        label: None where it is none of the labels.
        probability: of the most probable label, mean over the windows.
        segments: by start.
        windows: (windows, labels) probabilities; None where they are not kept.
        tracks: sounds beside each other in the file, of which the first is read; 1 where a person chose one.
        header_clock: as of writers.Classified.
    """

    seconds: float
    highest: float
    label: str | None
    probability: float
    segments: list[ClassifiedSegment]
    windows: np.ndarray | None = None
    tracks: int | None = None
    header_clock: str | None = None

    def as_entry(self) -> dict:
        """For the journal; a segment is a list of its values, as there may be very many."""
        entry = {**vars(self), "segments": [list(vars(segment).values()) for segment in self.segments]}
        del entry["windows"]
        if self.windows is not None:  # a day of 500 labels is 90 MB of bytes, and of digits four times as much
            entry["windows"] = [self.windows.shape[1], base64.b64encode(self.windows.astype("<f4").tobytes()).decode()]
        return entry

    @classmethod
    def from_entry(cls, entry: dict) -> "RecordingResult":
        """What `as_entry` made; other keys of the entry are left out."""
        values: dict[str, Any] = {field.name: entry.get(field.name) for field in fields(cls)}
        if values["windows"]:
            n_labels, held = values["windows"]
            values["windows"] = np.frombuffer(base64.b64decode(held), "<f4").reshape(-1, n_labels)
        values["segments"] = [ClassifiedSegment(*row) for row in entry["segments"]]
        return cls(**values)


@dataclass(frozen=True)
class Outcome:
    """How a call of `classify` ended.

    Attributes:
        index: of the call.
        path: path or address that was read.
        result: None where the recording cannot be read.
        reason: why it cannot be read.
    """

    index: int
    path: str
    result: RecordingResult | None = None
    reason: str | None = None


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def make_settings(config: ClassificationConfig) -> tuple[ClassifierSettings, Predictor]:
    """The settings of a config, and the predictor of its model.

    Several labels may be reported in a window by a model whose labels have probabilities of their own (sigmoids); what
    was trained here ends in a softmax, and reports one label or none.

    The rule is ClassificationConfig.rule.

    Raises:
        InputError: as of predictor.load_predictor.
    """
    model = find_model(config.model, config.trained)
    if config.frames:
        predictor, frame = frames.load(model)
    else:
        predictor, frame = load_predictor(model, threads=1, head=config.head, activation=config.activation), 0
    source, labels = predictor.source, tuple(predictor.labels)
    rule = config.rule(predictor.rule, labels, predictor.independent)
    has_thresholds = predictor.rule or config.threshold is not None
    recording_thresholds = rule.thresholds if has_thresholds else {**predictor.thresholds, **config.label_thresholds}
    version = hashlib.sha256(source.read_bytes()).hexdigest()
    is_published = model.parent == WEIGHTS and not os.path.exists(config.model)
    name = str(config.model) if is_published else os.path.abspath(model)  # workers may be in another folder
    settings = ClassifierSettings(
        model=name,
        version=version,
        overlap=predictor.overlap if config.overlap is None else config.overlap,
        recording_thresholds=recording_thresholds,
        labels=labels,
        rule=rule,
        independent=predictor.independent,
        probabilities=config.probabilities,
        head=config.head,
        activation=config.activation,
        frame=frame,
        channel=config.channel or predictor.channel,
    )
    return settings, predictor


def classify(
    index: int, path: str, name: str, settings: ClassifierSettings, threads: int = 1, show_progress: bool = False
) -> Outcome:
    """Classify one recording, in this process.

    Args:
        index: identifies the call.
        path: path or address.
        name: of the recording, in messages.
        threads: that run the model at once.
        show_progress: with a progress bar.
    """
    local = path
    try:
        with remote.local_copy(path) as local, suspects.reading(local):
            return Outcome(index, path, _classify(local, settings, threads, show_progress))
    except Exception as error:  # one recording never ends a long run
        if disk.is_full(error):
            raise DiskFullError(disk.sentence(local, error)) from None
        return Outcome(index, path, reason=reason(error).replace(str(local), name))


def _classify(path: Path, settings: ClassifierSettings, threads: int, show_progress: bool) -> RecordingResult:
    load = frames.cached if settings.frame else cached_predictor
    predictor = load(settings.model, settings.version, 1, settings.head, settings.activation)
    audio_format, labels = predictor.audio_format, list(settings.labels)
    hop = hop_length(audio_format.window_length, settings.overlap)
    properties = recording.properties(path)
    of_frames = frames.FrameFormat(audio_format, settings.frame, hop)
    one = (of_frames.of_frame, settings.frame) if settings.frame else (audio_format, hop)
    merger = SegmentMerger(settings.rule, settings.labels, *one, settings.independent)
    samples = 0
    blocks = recording.blocks(path, audio_format.sample_rate, channel=settings.channel)
    if show_progress:
        blocks = _with_progress(blocks, audio_format.sample_rate, properties.seconds)
    batches = _batches(cut_blocks(blocks, audio_format.window_length, hop))
    kept = []
    found = _in_threads(predictor.probabilities, batches, threads)
    for end, probabilities in of_frames.joined(found) if settings.frame else found:
        merger.add(probabilities)
        if settings.probabilities:
            kept.append(np.asarray(probabilities, "float32"))
        samples = end
    mean = merger.mean
    best = reached(mean[None], in_order(settings.recording_thresholds, labels))[0]
    of_all, rate = merger.finish(samples), audio_format.sample_rate
    if settings.frame:
        of_all = frames.moved(of_all, settings.frame / 2 / rate, samples / rate)
    segments = [
        ClassifiedSegment(
            labels.index(segment.label),
            *(round(value, DIGITS) for value in (segment.start, segment.end, segment.peak, segment.mean)),
        )
        for segment in of_all
    ]
    return RecordingResult(
        seconds=round(samples / audio_format.sample_rate, DIGITS),
        highest=min(properties.rate, audio_format.sample_rate) / 2,
        label=labels[best] if best >= 0 else None,
        probability=round(float(mean.max()), DIGITS),
        segments=segments,
        windows=np.concatenate(kept) if kept else None,
        tracks=properties.tracks if track(settings.channel) is None else 1,
        header_clock=began.isoformat() if (began := clock.of_header(path)) else None,
    )


def _with_progress(blocks: Iterable[np.ndarray], rate: int, seconds: float | None) -> Iterator[np.ndarray]:
    with progress(None, "seconds of audio", seconds and round(seconds)) as bar:
        samples = 0
        for block in blocks:
            samples += len(block)
            bar.update(samples // rate - bar.n)
            yield block


def _batches(cut: Iterable[tuple[int, np.ndarray, int]]) -> Iterator[tuple[int, np.ndarray]]:
    """(sample up to which they hold sound, windows), few windows at a time."""
    for _, windows, end in cut:
        for first in range(0, len(windows), BATCH_WINDOWS):
            yield end, windows[first : first + BATCH_WINDOWS]


def _in_threads(
    function: Callable[[np.ndarray], np.ndarray], batches: Iterable[tuple[int, np.ndarray]], threads: int
) -> Iterator[tuple[int, np.ndarray]]:
    """(end, function(windows)) in order; while some threads work, the next blocks are read."""
    if threads == 1:
        yield from ((end, function(windows)) for end, windows in batches)
        return
    waiting = deque()
    with ThreadPoolExecutor(threads) as pool:
        for end, windows in batches:
            waiting.append((end, pool.submit(function, windows)))
            if len(waiting) > 2 * threads:
                end, future = waiting.popleft()
                yield end, future.result()
        yield from ((end, future.result()) for end, future in waiting)
