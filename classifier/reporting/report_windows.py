"""The hardest windows of the test split, to look at and to listen to."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from classifier.audio import recording
from classifier.core.arguments import EACH
from classifier.core.errors import InputError
from classifier.data.layouts import CHANNEL, PART, folder_of, path_named
from classifier.records.artifact import Artifact
from classifier.records.audio_format import AudioFormat
from classifier.reporting import report_media

HARDEST = 12  # windows to listen to in a few minutes; each puts its audio, and a third more, into the page
CHANCES = 4  # labels shown of a window; the true one always


@dataclass(frozen=True)
class Chance:
    """A label's probability; css says whether the label is true, mistaken (predicted) or other."""

    label: str
    probability: float
    css: str


@dataclass(frozen=True)
class Window:
    """A window on the page; picture and sound are None where its recording is gone or has changed."""

    recording: str
    times: str
    target: str
    predicted: str
    chances: list[Chance]
    picture: report_media.Media | None
    sound: report_media.Media | None

    @property
    def is_right(self) -> bool:
        return self.target == self.predicted


def gather(trained: Artifact) -> list[Window] | None:
    """The hardest windows, hardest first; None where the predictions are not kept."""
    try:
        predictions = trained.predictions("test")
    except InputError:
        return None
    windows = []
    for i in hardest(predictions["probabilities"], predictions["targets"])[:HARDEST]:
        clip = trained.record.split.test[predictions["recordings"][i]]
        start, target = float(predictions["starts"][i]), int(predictions["targets"][i])
        windows.append(_window(trained, clip, start, predictions["probabilities"][i], target))
    return windows


def hardest(probabilities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The order in which windows are worth a look: the most confident mistakes first, then the least confident rest.

    Args:
        probabilities: (windows, labels).
        targets: (windows,) index of the true label.

    Returns:
        (windows,) indices.
    """
    confidence = probabilities.max(axis=1)
    wrong = probabilities.argmax(axis=1) != targets
    return np.lexsort((np.where(wrong, -confidence, confidence), ~wrong))


def shown(clip: str) -> str:
    """A clip's name for other eyes: without the way to it where it lies outside the data's folder."""
    return PurePath(clip).name if PurePath(clip).is_absolute() else clip


def _window(trained, clip, start, probabilities, target):
    audio_format, labels = trained.audio_format, trained.labels
    path, start, end = _place(clip, start, audio_format.seconds)
    times = f"{start:g} to {start + audio_format.seconds:g} s"
    recording, channel = path_named(folder_of(trained.record.config.data), path), trained.record.config.channel
    if (of_channel := CHANNEL.search(path)) and channel == EACH:
        channel = int(of_channel[1]) - 1
    signal = _read(recording, start, end, audio_format, channel)
    picture = sound = None
    if signal is not None:
        picture, sound = report_media.window(signal, audio_format, f"{shown(path)}, {times}")
        if len(signal) < audio_format.window_length:
            times += f", of which {len(signal) / audio_format.sample_rate:.2f} s are sound"
    predicted = int(probabilities.argmax())
    chances = []
    for place, i in enumerate(np.argsort(-probabilities, kind="stable")):
        if place < CHANCES or i == target:
            css = "true" if i == target else "mistaken" if i == predicted else "other"
            chances.append(Chance(labels[i], float(probabilities[i]), css))
    return Window(shown(path), times, labels[target], labels[predicted], chances, picture, sound)


def _place(clip, start, seconds):
    """Path in the data's folder, and from when to when (seconds), of a window of a clip, which may itself be a part."""
    part = re.fullmatch(rf"(.*){PART}([\d.]+),([\d.]*)", clip, re.DOTALL)
    if not part:
        return clip, start, start + seconds
    first, last = float(part[2]), float(part[3] or "inf")
    start += first
    is_short = last - first < seconds  # heard with its surroundings
    return part[1], start, start + seconds if is_short else min(start + seconds, last)


def _read(path: Path, start: float, end: float, audio_format: AudioFormat, channel: str | int) -> np.ndarray | None:
    """(samples,) of a window, without the silence that pads it; None when it cannot be read."""
    samples, n = [], 0
    try:
        for block in recording.blocks(path, audio_format.sample_rate, start, end, channel):
            samples.append(block)
            n += len(block)
            if n >= audio_format.window_length:  # the rest of the recording need not be decoded
                break
    except (InputError, OSError):
        return None
    return np.concatenate(samples)[: audio_format.window_length]
