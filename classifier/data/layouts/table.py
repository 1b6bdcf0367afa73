"""A table with one line per clip: csv, tsv or text, in any Unicode encoding.

Columns: path, label, and optionally split, fold, group, start and end or duration (seconds).

street/monday.wav,car horn,12.5,14  ->  Clip(label="car horn", group="street/monday.wav", start=12.5, end=14.0)

Other names of columns (filename, class, category, species ...) are taken where they are certain. Paths are relative to
the table; --group-by and --folds-by take any other column. Parts of one recording share its room and its microphone, so
they are of one group and in one fold. Tables named train and test are one table with splits.
"""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from classifier.core.console import say_once, warn
from classifier.core.errors import InputError
from classifier.data import label_lists, split_names, table_columns, table_paths, table_text, times, unread_tables
from classifier.data.labels import clean
from classifier.data.layouts import Clip, filled, whole_number
from classifier.storage import local_files

SUFFIXES = (".csv", ".tsv", ".tab", ".psv", ".txt")
COLUMNS = ("path", "label")
DIGITS = 6  # of seconds


class Part(NamedTuple):
    """A clip in its recording, from start to end, and the line that says so."""

    start: float
    end: float
    line: int
    clip: Clip


def recognises(folder: Path) -> bool:
    """Whether a table lies in the folder that says, or may say, which recording has which label."""
    try:
        return bool(_tables(folder))
    except InputError:  # `clips` says it
        return True


def clips(path: Path, several: bool = False) -> list[Clip]:
    """A clip per line of a table, or of the one table in a folder.

    Args:
        several: whether a clip may have several labels, or none (data.label_lists).

    Raises:
        InputError: no such file or more than one; which column holds what is not certain; a line holds what cannot be
            used, or contradicts another.
    """
    tables = _tables(path) if path.is_dir() else [path]
    parts = {table: table.stem for table in tables}
    if len(tables) > 1 and split_names.are_parts(parts.values()):
        means = split_names.meaning(parts.values(), path)
        say_once(f"{path}: tables of a split: {split_names.said(means)}")
        return [replace(clip, **means[parts[table]]) for table in tables for clip in _clips_of(table, several)]
    if len(tables) != 1:
        names = ", ".join(table.name for table in tables) or "none"
        raise InputError(f"{path}: which csv file? Those with the columns path and label are: {names}; name one file")
    return _split(_clips_of(tables[0], several), tables[0])


def _clips_of(source, several):
    text, columns = _understood(source)
    rows = [
        (line, {role: row[column] for role, column in columns.items()}, row)
        for line, row in text.rows()
        if not row[columns["path"]].startswith("#") or (source.parent / row[columns["path"]]).is_file()
    ]
    for line, row, _ in rows:
        filled(row, "path", source, line)
    found, written, parts = [], {}, {}
    separator = label_lists.separator_of(row["label"] for _, row, _ in rows) if several else None
    audios = table_paths.find(source, [(line, row["path"]) for line, row, _ in rows])
    for (line, row, whole), audio in zip(rows, audios, strict=True):
        recording = audio.resolve()  # one recording, however the lines write its path
        group = row.get("group") or written.setdefault(recording, row["path"])
        fold = whole_number(row, "fold", source, line) if row.get("fold") else None
        start, end = (_seconds(row, column, source, line) for column in ("start", "end"))
        if row.get("duration"):
            end = round((start or 0.0) + (_seconds(row, "duration", source, line) or 0.0), DIGITS)  # 0.1 + 0.2 > 0.3
        start = start or 0.0
        if end is not None and end <= start:
            raise InputError(f"{source}, line {line}: end {end:g} does not come after start {start:g}; correct them")
        if found and (fold is None) != (found[0].fold is None):
            raise InputError(f"{source}, line {line}: some lines up to this one have a fold, others not; fill in all")
        labels = _labels(row["label"], separator, source, line) if several else None
        label = filled(row, "label", source, line) if labels is None else label_lists.name(labels)
        split = row.get("split")
        found.append(Clip(audio, label, group, fold, split, start, end, several=labels, columns=whole))
        parts.setdefault(recording, []).append(Part(start, math.inf if end is None else end, line, found[-1]))
    for of_one_recording in parts.values():
        _check(of_one_recording, source)
    return found


def _labels(cell, separator, source, line):
    try:
        return label_lists.parse(cell, separator)
    except InputError as error:
        raise InputError(f"{source}, line {line}: {error}") from None


def _understood(source):
    """The text of a table, and the column of each role; says which where they have other names."""
    text = table_text.read(source, table_columns.is_header)
    understood = table_columns.understand(text)
    if understood is None:
        missing = next((name for name in COLUMNS if name not in map(table_columns.normal, text.columns)), None)
        why = f"there is no column {missing!r}" if missing else "it names no recording that is there"
        raise table_columns.uncertain(text, f"{why}; it needs {', '.join(COLUMNS)}")
    if understood[0] is not text:
        warn(f"{source}: it has no names of columns; they are taken for {' and '.join(understood[0].columns)}")
    text, columns = understood
    others = [f"{column} as {role}" for role, column in columns.items() if column.lower() != role]
    if others or text.delimiter != ",":
        of = {"\t": "tabs", " ": "blanks"}.get(text.delimiter, text.delimiter)
        say_once(f"{source}: read with {of} between the columns{''.join(f', {other}' for other in others)}")
    return text, columns


def _split(found, source):
    """The clips with the splits of the data set, from a column, else from the first folders of the paths."""
    named = [clip.split or "" for clip in found]
    if not any(named) and all(clip.path.is_relative_to(source.parent) for clip in found):
        named = [clip.path.relative_to(source.parent).parts[0] for clip in found]
    if not split_names.are_parts(set(named)) or any(clip.fold is not None for clip in found):
        if any(clip.split for clip in found):
            warn(f"{source}: the column of splits is not used: it does not say train, validation or test in each line")
        return [replace(clip, split=None) for clip in found]
    means = split_names.meaning(set(named), source)
    say_once(f"{source}: splits of the data set: {split_names.said(means)}")
    return [replace(clip, **{"split": None, **means[name]}) for clip, name in zip(found, named, strict=True)]


def _seconds(row, column, source, line):
    """The value of a column in seconds; None where it is empty or missing."""
    if not row.get(column):
        return None
    seconds = times.seconds(row[column])
    if seconds is None or seconds < 0:
        raise InputError(f"{source}, line {line}: {column} {times.complaint(row[column])}")
    return seconds


def _check(parts, source):
    """Make sure that the parts of one recording do not contradict each other."""
    parts = sorted(parts, key=lambda part: part[:3])
    latest = parts[0]  # the one that ends last so far: a part that agrees with it agrees with all that it overlaps
    for before, part in pairwise(parts):
        latest = max(latest, before, key=lambda part: part.end)
        are_single = part.clip.several is None
        if are_single and part.start < latest.end and clean(part.clip.label) != clean(latest.clip.label):
            labels = " and ".join(sorted([part.clip.label, latest.clip.label]))
            what = f"mixed labels, {labels} at the same time; keep one, or give --multi-label where both are heard"
            raise _conflict(source, latest, part, what)
        if are_single and (part.start, part.end) == (before.start, before.end):
            raise _conflict(source, before, part, "the same part of it twice; remove one line")
        if (part.clip.group, part.clip.fold, part.clip.split) != (
            before.clip.group,
            before.clip.fold,
            before.clip.split,
        ):
            raise _conflict(source, before, part, "one recording in two groups or folds; keep it in one")


def _conflict(source, one, other, complaint):
    first, second = sorted([one.line, other.line])
    return InputError(f"{source}, line {second}: {other.clip.path} is on line {first}, too: {complaint}")


def _tables(folder):
    """The tables directly in a folder that say which recording has which label.

    Raises:
        InputError: one names its recordings, and cannot be read.
    """
    found, files = [], [path for path in sorted(folder.iterdir()) if not local_files.is_ignored(path.name)]
    for path in files:
        if path.suffix.lower() in SUFFIXES and path.is_file() and (text := table_columns.glance(path)):
            if table_columns.understand(text):
                found.append(path)
            elif table_columns.is_header(text.columns):
                warn(f"{path} is not read: it names no recordings of this folder, or has a column of results")
    if not found:
        unread_tables.check(folder, files)
    return found
