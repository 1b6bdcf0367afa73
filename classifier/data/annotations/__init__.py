"""Formats of label files, one file each: which sound is heard from when to when in a recording.

A file holds SUFFIXES, `recognises(path, text)` and `read(path, text)`; LAST is tried last, for a damaged label track is
still one. All are read by our own code, a page each: crowsetta needs pandas and more and reads neither several
recordings in one table nor ELAN, and it and the readers of one format give no line numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from classifier.core.errors import InputError
from classifier.core.text import plain

LAST = "audacity"


@dataclass(frozen=True)
class Stretch:
    """A labelled stretch of a recording.

    Attributes:
        start, end: seconds; the same for a point.
        line: of the label file, from 1.
        recording: what the file calls the recording; None where the name of the file says which it is.
        track: the track, tier or table that it is in; None where the format names none.
        low_hz, high_hz: of a box in a spectrogram; None where there is none.
    """

    label: str
    start: float
    end: float
    line: int = 0
    recording: str | None = None
    track: str | None = None
    low_hz: float | None = None
    high_hz: float | None = None


@dataclass(frozen=True)
class Annotation:
    """What a label file holds.

    Attributes:
        stretches: in the order of the file; none: nothing is heard in the recording.
        recordings: names of the one recording that the whole file is about, the best first; () where its own name says.
        ignored: what the file holds and nobody can use, in words.
    """

    stretches: tuple[Stretch, ...]
    recordings: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def error(path: Path, line: int, complaint: str) -> InputError:
    """The error for a line of a label file; complaint: what is wrong, and what to do."""
    return InputError(f"{path}, line {line}: {complaint}")


def checked(path: Path, found: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The stretches of a file.

    Raises:
        InputError: one has no label, begins before the recording, or ends before it begins.
    """
    stretches = tuple(found)
    for stretch in stretches:
        where = f"{stretch.start:g} to {stretch.end:g} s"
        if not stretch.label.strip():
            raise error(path, stretch.line, f"the stretch {where} has no label; name it, or remove it")
        if stretch.start < 0:
            raise error(path, stretch.line, f"{plain(stretch.label)} begins before the recording ({where}); correct it")
        if stretch.end < stretch.start:
            raise error(path, stretch.line, f"{plain(stretch.label)} ends before it begins ({where}); correct it")
    return stretches


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of each line that is not blank, without its line end; only \\n, \\r\\n and \\r end lines."""
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line.strip():
            yield number, line


def on_one_line(text: str) -> str:
    """A label without tabs and line ends, for a file in which they mean something."""
    return " ".join(text.split())
