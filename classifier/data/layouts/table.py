"""A csv file with one line per clip.

Columns: path, label, and optionally fold, group, start and end (seconds).

street/monday.wav,car horn,12.5,14  ->  Clip(label="car horn", group="street/monday.wav", start=12.5, end=14.0)

Paths are relative to the csv file; other columns are ignored. Parts of one recording share its room and its
microphone, so they are of one group and in one fold.
"""

import csv
import math
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from classifier.core.errors import InputError
from classifier.data.layouts import Clip, existing, filled, rows, whole_number

COLUMNS = ("path", "label")


class Part(NamedTuple):
    """A clip in its recording, from start to end, and the line that says so."""

    start: float
    end: float
    line: int
    clip: Clip


def recognises(folder: Path) -> bool:
    """Whether the folder holds exactly one table."""
    return len(_tables(folder)) == 1


def clips(path: Path) -> list[Clip]:
    """A clip per line of a csv file, or of the one csv file in a folder that has the columns.

    Raises:
        InputError: no such file or more than one; a line holds what cannot be used, or contradicts another.
    """
    tables = _tables(path) if path.is_dir() else [path]
    if len(tables) != 1:
        names = ", ".join(table.name for table in tables) or "none"
        raise InputError(f"{path}: which csv file? Those with the columns path and label are: {names}; name one file")
    source = tables[0]
    found, written, parts = [], {}, {}
    for line, row in rows(source, COLUMNS):
        audio = existing(source.parent / filled(row, "path", source, line), source, line)
        recording = audio.resolve()  # one recording, however the lines write its path
        group = row.get("group") or written.setdefault(recording, row["path"])
        fold = whole_number(row, "fold", source, line) if row.get("fold") else None
        start, end = (_seconds(row, column, source, line) for column in ("start", "end"))
        start = start or 0.0
        if end is not None and end <= start:
            raise InputError(f"{source}, line {line}: end {end:g} does not come after start {start:g}; correct them")
        if found and (fold is None) != (found[0].fold is None):
            raise InputError(f"{source}, line {line}: some lines up to this one have a fold, others not; fill in all")
        found.append(Clip(audio, filled(row, "label", source, line), group, fold, start=start, end=end))
        parts.setdefault(recording, []).append(Part(start, math.inf if end is None else end, line, found[-1]))
    for of_one_recording in parts.values():
        _check(of_one_recording, source)
    return found


def _seconds(row, column, source, line):
    """The value of a column in seconds; None where it is empty or missing."""
    if not row.get(column):
        return None
    try:
        seconds = float(row[column])
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise InputError(f"{source}, line {line}: {column} {row[column]!r} is not a number of seconds; correct it")
    return seconds


def _check(parts, source):
    """Make sure that the parts of one recording do not contradict each other."""
    parts = sorted(parts)
    latest = parts[0]  # the one that ends last so far: a part that agrees with it agrees with all that it overlaps
    for before, part in pairwise(parts):
        latest = max(latest, before, key=lambda part: part.end)
        if part.start < latest.end and part.clip.label != latest.clip.label:
            labels = " and ".join(sorted([part.clip.label, latest.clip.label]))
            raise _conflict(source, latest, part, f"mixed labels, {labels} at the same time; keep one")
        if (part.start, part.end) == (before.start, before.end):
            raise _conflict(source, before, part, "the same part of it twice; remove one line")
        if (part.clip.group, part.clip.fold) != (before.clip.group, before.clip.fold):
            raise _conflict(source, before, part, "one recording in two groups or folds; keep it in one")


def _conflict(source, one, other, complaint):
    first, second = sorted([one.line, other.line])
    return InputError(f"{source}, line {second}: {other.clip.path} is on line {first}, too: {complaint}")


def _tables(folder):
    """The csv files directly in a folder that have the columns."""
    return [path for path in sorted(folder.glob("[!.]*.csv")) if path.is_file() and _has_columns(path)]


def _has_columns(path):
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            return set(COLUMNS) <= set(next(csv.reader(file), []))
    except (OSError, csv.Error):
        return False
