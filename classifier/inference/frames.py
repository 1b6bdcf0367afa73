"""Frames of overlapping windows, put together to one row of probabilities per frame of a recording."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classifier.core import commands
from classifier.core.errors import InputError
from classifier.inference import predictor
from classifier.inference.litert import LiteRT
from classifier.inference.segments import Segment
from classifier.records import artifact, frames, tflite_files
from classifier.records.audio_format import AudioFormat

OVERLAP = 0.5  # share of a window: each frame is heard twice, once far from the edges


def load(model: Path) -> tuple[predictor.Predictor, int]:
    """A predictor whose probabilities are (windows, frames, labels), and the samples from one frame to the next.

    Its rule is that of its frames, but for the hop, by which its windows overlap by OVERLAP. It runs in the thread that
    calls it.

    Args:
        model: a trained model's folder.

    Raises:
        InputError: it is no such folder, its model has no frames, or its frame file is not written.
    """
    if not model.is_dir():
        raise InputError(
            f"--frames: {model} is no folder of a trained model; name one, such as trained/residual_frames"
        )
    found = artifact.load(model)
    each = frames.samples(found.name, found.audio_format)
    path = model / tflite_files.frames_name(found.name)
    if not path.is_file():
        command = commands.script("ConvertModelToTFLite.py", model=model, frames=True)
        raise InputError(f"{model} has no {path.name}; write it: {command}")
    lite = LiteRT(path, 1, n_labels=len(found.labels))
    hop = found.audio_format.seconds * (1 - OVERLAP)
    about = path, found.audio_format, found.labels, lite.by_frame, replace(found.frame_rule, hop=hop)
    notes = frames.note_on(found.labels, found.record.background), frames.note_on_rule(found.record.frame_decision)
    channel = found.record.config.channel
    return predictor.Predictor(*about, notes=tuple(filter(None, notes)), channel=channel), each


@functools.lru_cache(predictor.CACHED)
def cached(model: str, version: str, *_: object) -> predictor.Predictor:
    """The predictor of `load`, once per version of the file; takes what predictor.cached_predictor does."""
    return load(Path(model))[0]


def moved(segments: Sequence[Segment], seconds: float, end: float) -> list[Segment]:
    """Segments of frames that begin at the multiples of their length, moved to where the middles of the frames are.

    Args:
        seconds: half a frame.
        end: seconds of the recording.
    """
    return [
        replace(of, start=max(0.0, of.start - seconds), end=of.end if of.end >= end else of.end - seconds)
        for of in segments
    ]


@dataclass(frozen=True)
class FrameFormat:
    """Where the frames of a recording lie.

    Attributes:
        audio_format: of the windows.
        each: samples from one frame to the next; frame i of a recording has its middle at i * each.
        hop: samples from one window to the next.
    """

    audio_format: AudioFormat
    each: int
    hop: int

    @property
    def of_frame(self) -> AudioFormat:
        """The audio format of a window that is one frame long."""
        return replace(self.audio_format, window_length=self.each)

    def joined(self, batches: Iterable[tuple[int, np.ndarray]]) -> Iterator[tuple[int, np.ndarray]]:
        """The frames of a recording, as its windows come: (sample up to which there is sound, (n, labels)).

        Where windows overlap it is the mean, in which the middle of a window counts more than its edges: there the
        network sees half of what is around a frame.

        Args:
            batches: (sample at which the audio of the windows ends, (windows, frames, labels)).
        """
        length, n, end, window = self.audio_format.window_length, 0, 0, 0
        total, counts = np.zeros((0, 0)), np.zeros((0, 1))
        for end, values in batches:
            of = values.shape[1]
            total = total if n or len(total) else np.zeros((0, values.shape[2]))
            weights = np.minimum(np.arange(of) + 1, of - np.arange(of))[:, None]
            for row in values:
                start = min(window * self.hop, max(0, end - length))
                window += 1
                first = round(start / self.each)
                if first > n:
                    yield end, total[: first - n] / counts[: first - n]
                total, counts, n = total[first - n :], counts[first - n :], first
                missing = [(0, max(0, of - len(total))), (0, 0)]
                total, counts = np.pad(total, missing), np.pad(counts, missing)
                total[:of] += weights * row
                counts[:of] += weights
        last = -(-(end + self.each // 2) // self.each) - n  # those behind the end are of what fills the window
        yield end, (total / counts)[:last]
