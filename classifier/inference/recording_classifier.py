"""Classify one recording block by block: memory does not grow with its length.

Predictions are those of prediction.predict_signal on the whole recording; what is kept of it fits on one line.
"""

import base64
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from classifier.audio import clock, recording, suspects
from classifier.audio.channels import track
from classifier.audio.windows import cut_blocks, hop_length
from classifier.core import disk
from classifier.core.console import progress
from classifier.core.errors import DiskFullError, reason
from classifier.inference import frames
from classifier.inference.predictor import cached_predictor
from classifier.inference.segments import SegmentMerger
from classifier.inference.settings import ClassifierSettings
from classifier.scoring.thresholds import of_recording
from classifier.storage import remote

BATCH_WINDOWS = 16  # that a thread runs at once
DIGITS = 6  # of seconds and probabilities; float32 has no more


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
    best = next(iter(of_recording(mean, settings.recording_thresholds, labels, settings.independent)), None)
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
        label=best,
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
