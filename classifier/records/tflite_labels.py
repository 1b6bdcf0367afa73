"""The labels of a .tflite, and what else it says of its audio, read for whom it was not made.

A label file may have a byte order mark, Windows line ends, another encoding than UTF-8, or numbered lines: "0 cat".
"""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from classifier.audio.recording import RATES
from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.records import tflite_metadata

NUMBERED = re.compile(r"(\d+)\s*[\s:,;.)]\s*(\S.*)")
NAMES = ("label", "labels", "name", "display_name", "class", "class_name", "category")  # columns of a csv with labels


@dataclass(frozen=True)
class Described:
    """What a .tflite's metadata say.

    Attributes:
        sample_rate: Hz.
        output: as of AudioMetadata.
        notes: what a person should know of how its labels were read.
    """

    sample_rate: int
    labels: list[str]
    output: int | None = None
    notes: tuple[str, ...] = ()


def describe(path: Path | str) -> Described:
    """Sample rate and labels of a .tflite that takes audio.

    Raises:
        InputError: it has no metadata, they are damaged, they speak of something else than mono audio, or its labels
            cannot be read with certainty.
    """
    found = tflite_metadata.read_audio(path)
    again = f"write it again: {tflite_metadata.command(path)}"
    if not RATES[0] <= found.sample_rate <= RATES[1]:
        raise InputError(f"the sample rate in the metadata of {path} is {found.sample_rate} Hz; {again}")
    if found.is_mel:
        other = "use TestMelSpecModel.py, or the file for audio"
        raise InputError(f"{path} takes a mel spectrogram, not audio; {other}")
    if found.channels > 1:
        raise InputError(
            f"the metadata of {path} ask for {found.channels} channels, and only one can be handed over here; "
            "export it for one channel"
        )
    raw = found.labels.decode("utf-8", "replace").splitlines()
    is_ours = found.description == tflite_metadata.tells_apart(raw)  # whose folders may be called "0 cat"
    try:
        labels, notes = parse(found.labels, numbers=not is_ours)
    except InputError as error:
        raise InputError(f"the label file in {path}: {error}; {again}") from None
    return Described(found.sample_rate, labels, found.output, tuple(notes))


def read(path: Path | str) -> tuple[list[str], list[str]]:
    """The labels of a file that a person names, and notes on how they were read: one label per line, or a csv.

    Raises:
        InputError: there is no such file, or its labels cannot be read with certainty.
    """
    path = Path(path)
    try:
        held = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a file with one label per line") from None
    try:
        text, notes = _decode(held)
        lines = _csv(text) if path.suffix.lower() == ".csv" else _lines(text)
        labels, more = _clean(lines)
    except InputError as error:
        raise InputError(f"{path}: {error}; write one label per line, in the order of the outputs") from None
    return labels, [f"{path}: {note}" for note in (*notes, *more)]


def parse(held: bytes, numbers: bool = True) -> tuple[list[str], list[str]]:
    """Labels of the bytes of a label file, and notes on how they were read.

    Args:
        numbers: whether "0 cat", "1 dog" are numbered lines; else they are names.

    Raises:
        InputError: there is none, one is empty or there twice; the message goes on after the file's name.
    """
    text, notes = _decode(held)
    labels, more = _clean(_lines(text), numbers)
    return labels, notes + more


def _decode(held):
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if held.startswith(mark):
            return held.decode(encoding, "replace"), []
    try:
        return held.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = held.decode("cp1252", "replace")
        strange = next((line for line in text.splitlines() if not line.isascii()), "")
        return text, [f"its labels are not UTF-8; they were read as Latin-1: is {plain(strange.strip())!r} right?"]


def _lines(text):
    """Lines that end in any system's way, and at nothing else."""
    return re.split(r"\r\n|\r|\n", text)


def _csv(text):
    rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((header.index(name) for name in NAMES if name in header), None)
    if column is not None:
        return [row[column] if column < len(row) else "" for row in rows[1:]]
    if any(len(row) > 1 for row in rows):
        raise InputError(f"its first line names no column {', '.join(NAMES[:4])}: {plain(', '.join(rows[0]))!r}")
    return [row[0] for row in rows]


def _clean(lines, numbers=True):
    labels, notes = [line.strip("\ufeff \t\r\n\0") for line in lines], []
    while labels and not labels[-1]:
        labels.pop()
    if not labels:
        raise InputError("there is no label")
    if "" in labels:
        raise InputError(f"line {labels.index('') + 1} is empty")
    found = [NUMBERED.fullmatch(label) for label in labels] if numbers else []
    if len(labels) > 1 and found and all(found):
        order = [int(match[1]) for match in found if match]
        names = [match[2].strip() for match in found if match]
        first = min(order)
        if first in (0, 1) and sorted(order) == list(range(first, first + len(order))):
            labels = [name for _, name in sorted(zip(order, names, strict=True))]
            notes.append(f"its labels are numbered from {first} on; the numbers were left out")
    twice = next((label for label, n in Counter(labels).items() if n > 1), None)
    if twice is not None:
        lines_of = [str(number) for number, label in enumerate(labels, 1) if label == twice]
        raise InputError(f"{plain(twice)!r} is on lines {' and '.join(lines_of)}, and nobody can tell these apart")
    return labels, notes
