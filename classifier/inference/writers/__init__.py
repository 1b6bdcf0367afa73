"""Output formats of classified recordings, one file of this folder each.

A file holds NAME, the file or folder that it writes, and `write(classified, labels, path)`: path has that name and is
not there yet, and classified is an iterator, as a run may have more recordings than the memory holds. What writes a csv
takes a `delimiter` too. BY_SEGMENT says that it writes one row per segment, so that a recording may come several times.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from classifier.audio import clock
from classifier.inference.segments import Segment


@dataclass(frozen=True)
class Classified:
    """A recording, and what was recognised in it.

    Attributes:
        name: the name that a person has for it.
        file: relative path for files of its own; no two recordings of a run have the same.
        seconds: its length.
        highest: Hz; the highest frequency that the model received.
        label: of the whole, by the mean over its windows; None where it is none of the labels.
        probability: of the most probable label, mean over the windows.
        segments: by start.
        path: absolute, of a file of this machine; else the name.
        windows: (windows, labels) probabilities, not smoothed; None where they were not asked for.
        hop_seconds, window_seconds: from the start of a window to that of the next, and its length.
        independent: whether several labels may be right at once.
        header_clock: when the recording began by its header, in ISO 8601; "" where that does not say.
        channel: its number, from 0, where each channel is a recording of its own; else None.
    """

    name: str
    file: str
    seconds: float
    highest: float
    label: str | None
    probability: float
    segments: list[Segment]
    path: str = ""
    windows: np.ndarray | None = None
    hop_seconds: float = 0.0
    window_seconds: float = 0.0
    independent: bool = True
    header_clock: str = ""
    channel: int | None = None

    @property
    def starts(self) -> list[float]:
        """Seconds at which the windows start; none without windows."""
        latest = max(0.0, self.seconds - self.window_seconds)  # the last window ends with the recording
        return [] if self.windows is None else [min(i * self.hop_seconds, latest) for i in range(len(self.windows))]

    def clock(self, start: float, end: float) -> tuple[str, str]:
        """The times of two seconds by the recorder's clock; "" where neither name nor header has a date."""
        of_header = datetime.fromisoformat(self.header_clock) if self.header_clock else None
        began = clock.began(self.name) or of_header
        return clock.at(began, start), clock.at(began, end)

    @property
    def seconds_of(self) -> dict[str, float]:
        """{label: seconds of its segments}, in the order of their starts.

        Where windows overlap, so do segments of different labels. If only one label can be right, they share that time,
        and no second counts twice.
        """
        found = {segment.label: 0.0 for segment in self.segments}
        if self.independent:
            for segment in self.segments:
                found[segment.label] += segment.end - segment.start
            return found
        times = sorted({time for segment in self.segments for time in (segment.start, segment.end)})
        for start, end in pairwise(times):
            here = [segment.label for segment in self.segments if segment.start <= start and end <= segment.end]
            for label in here:
                found[label] += (end - start) / len(here)
        return found


def write_each(
    classified: Iterable[Classified], folder: Path, ending: str, lines: Callable[[Classified], Iterable[str]]
) -> None:
    """Write one text file per recording, <folder>/<its path><ending>.

    Args:
        classified: the recordings.
        folder: is made; its parent is there.
        ending: of the names of the files.
        lines: the lines of a recording, without line ends.
    """
    folder.mkdir()
    for recording in classified:
        path = folder / f"{recording.file}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines(recording)), encoding="utf-8", newline="\n")
