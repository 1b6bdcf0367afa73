"""Audacity label tracks: start, end and label between tabs, one line per label.

0.500000<tab>1.250000<tab>dog bark  ->  Stretch("dog bark", 0.5, 1.25)

Format: Audacity Manual, "Importing and Exporting Labels". A point has its time twice, or once as Audacity 1.2 wrote it.
A line that begins with a backslash holds the lowest and the highest frequency of the label above it, -1 where there is
none. Several tracks are one file: Audacity writes them one after the other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from classifier.data.annotations import Annotation, Stretch, checked, error, lines_of, on_one_line
from classifier.data.times import seconds

SUFFIXES = (".txt",)
FREQUENCIES = "\\"  # begins a line of them
UNDEFINED = -1.0  # Hz, as Audacity writes it
NUMBER = r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?"
LABEL = re.compile(rf"\s*({NUMBER})\t\s*({NUMBER})\s*(?:\t(.*))?")
POINT = re.compile(rf"\s*({NUMBER})\t(.*)")
SEEN = 50  # lines that tell what a file is


def recognises(path: Path, text: str) -> bool:
    """Whether one of the first lines is a label with two times, or all are points."""
    lines = [line for _, (_, line) in zip(range(SEEN), lines_of(text), strict=False) if not line.startswith("\\")]
    return any(LABEL.fullmatch(line) for line in lines) or bool(lines) and all(map(POINT.fullmatch, lines))


def read(path: Path, text: str) -> Annotation:
    """The labels of a file, of all its tracks.

    Raises:
        InputError: a line is no label, or a label has no name or impossible times.
    """
    found: list[Stretch] = []
    for number, line in lines_of(text):
        if line.startswith(FREQUENCIES):
            _add_frequencies(found, path, number, line)
        elif label := LABEL.fullmatch(line):
            found.append(Stretch((label[3] or "").strip(), _number(label[1]), _number(label[2]), number))
        elif point := POINT.fullmatch(line):
            found.append(Stretch(point[2].strip(), _number(point[1]), _number(point[1]), number))
        else:
            what = "this is no label of Audacity, which is start, end and label with tabs between; correct or remove it"
            raise error(path, number, what)
    return Annotation(checked(path, found))


def lines(stretches: Iterable[Stretch]) -> Iterator[str]:
    """The lines of a label track as Audacity exports it, without line ends: six digits, frequencies where there are."""
    for of in stretches:
        yield f"{of.start:.6f}\t{of.end:.6f}\t{on_one_line(of.label)}"
        if (of.low_hz, of.high_hz) != (None, None):
            low, high = (UNDEFINED if hertz is None else hertz for hertz in (of.low_hz, of.high_hz))
            yield f"{FREQUENCIES}\t{low:.6f}\t{high:.6f}"


def _number(text):
    return float(text.replace(",", "."))


def _add_frequencies(found, path, number, line):
    """Give the last label the frequencies of a line."""
    values = [hertz for cell in line.split("\t")[1:] if (hertz := seconds(cell)) is not None]
    if not found or len(values) != 2:
        what = "a line with a backslash holds the lowest and the highest frequency of the label above; correct it"
        raise error(path, number, what)
    low, high = (None if hertz < 0 else hertz for hertz in values)
    found[-1] = replace(found[-1], low_hz=low, high_hz=high)
