"""Data set layouts, one file each, with `recognises(folder)` and `clips(folder)`.

Without --layout, the first file, by name, that recognises a folder reads it; LAST is tried last. A layout raises
InputError for what it cannot use, with file and line.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from classifier.core.errors import InputError
from classifier.core.text import readable
from classifier.data import table_text
from classifier.storage import mirror
from classifier.storage.locations import Location

PART = "#t="  # between a path and the seconds of a clip that is a part of a recording
CHANNEL = re.compile(r" \(channel (\d+)\)$")  # of a clip, behind its path
NO_LABEL = "(no label)"  # stands for the label of a clip that may have several (--multi-label), and has none
NOTHING = "none of the labels"  # stands for the label of a recording in which somebody heard none of them
LAST = "class_folders"  # the folders of other data sets look like labels, too


@dataclass(frozen=True)
class Clip:
    """A row of a data set. Clips of one group share a speaker, a room or a source: they stay in one split.

    path: the recording.
    group: who or where.
    fold: the data set's own fold, if it has folds.
    split: the data set's own split ("train", "validation" or "test"), if it has splits.
    start, end: seconds of the recording that are the clip; None is the recording's end.
    source: the corpus, site or microphone, where these are left out one at a time (--folds-by).
    channel: its number, from 0, where each channel of the recording is a clip; else None.
    several: its labels, sorted, where a clip may have any number (--multi-label); `label` then joins them.
    columns: {column: value} of its line in the data set's table; {} where there is no table.
    """

    path: Path
    label: str
    group: str
    fold: int | None = None
    split: str | None = None
    start: float = 0.0
    end: float | None = None
    source: str | None = None
    channel: int | None = None
    several: tuple[str, ...] | None = None
    columns: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels that are heard in it: one, unless it may have several."""
        return (self.label,) if self.several is None else self.several

    def name(self, folder: Path) -> str:
        """The path relative to the data's folder, with its channel and the seconds (a media fragment) of a part."""
        path = self.path.relative_to(folder) if self.path.is_relative_to(folder) else self.path
        name = readable(path.as_posix()) + ("" if self.channel is None else f" (channel {self.channel + 1})")
        if (self.start, self.end) == (0, None):
            return name
        return f"{name}{PART}{self.start:.10g},{'' if self.end is None else f'{self.end:.10g}'}"


def units_of(names: Iterable[str]) -> str:
    """What such `Clip.name`s count: "recordings", or "parts" where recordings are cut into them."""
    return "parts" if any(PART in name for name in names) else "recordings"


def path_named(folder: Path, name: str) -> Path:
    """The path of the recording that has such a `Clip.name`, without the seconds of a part."""
    path = folder / name
    if (of_channel := CHANNEL.search(name)) and not path.exists():
        return path_named(folder, name[: of_channel.start()])
    if "\\x" in name and not path.exists():
        written = re.sub(rb"\\x([0-9a-f]{2})", lambda byte: bytes([int(byte[1], 16)]), os.fsencode(name))
        return folder / os.fsdecode(written)
    return path


def folder_of(data: Location) -> Path:
    """The folder that clips' names are relative to: the data or its mirror, or the folder of a csv file."""
    path = mirror.local_path(data)
    return path if path.is_dir() else path.parent


def rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, {column: text}) of each line of a table that has at least these columns.

    Raises:
        InputError: there is no such file, it is no Unicode text, lacks a column, or a line is too short or too long;
            file and line are named.
    """
    table = table_text.read(path, set(columns).issubset)
    if missing := [column for column in columns if column not in table.columns]:
        raise InputError(f"{path}, line {table.line}: there is no column {missing[0]!r}; it needs {', '.join(columns)}")
    return table.rows()


def filled(row: dict[str, str], column: str, source: Path, line: int) -> str:
    """The value of a column.

    Raises:
        InputError: it is empty.
    """
    if not row[column]:
        raise InputError(f"{source}, line {line}: {column} is empty; fill it in, or remove the line")
    return row[column]


def whole_number(row: dict[str, str], column: str, source: Path, line: int) -> int:
    """The value of a column, a whole number from 0 on.

    Raises:
        InputError: it is none.
    """
    if not row[column].isdecimal():
        raise InputError(f"{source}, line {line}: {column} {row[column]!r} is not a whole number from 0 on; correct it")
    return int(row[column])


def existing(path: Path, source: Path, line: int) -> Path:
    """The path of a recording that a line of `source` names.

    Raises:
        InputError: it is not a file.
    """
    try:
        there = path.is_file()
    except OSError:  # a name too long for any file
        there = False
    if not there:
        raise missing(path, source, line)
    return path


def missing(path: Path, source: Path, line: int) -> InputError:
    """What to raise where a recording that a line of `source` names is not there."""
    return InputError(f"{source}, line {line}: {path} is not there; put the recording there, or remove the line")
