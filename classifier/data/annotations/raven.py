"""Raven selection tables, of Raven Lite and Raven Pro: a box in a spectrogram per line, with tabs between.

Selection, View, Channel, Begin Time (s), End Time (s), Low Freq (Hz), High Freq (Hz), and columns of annotations

Format: Raven Pro User's Manual, "Selection tables". With Begin Path or Begin File, a table is about several recordings:
Begin Time then counts from the first of them, and File Offset (s) in the recording. A selection has a line per view.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PureWindowsPath

from classifier.data.annotations import Annotation, Stretch, checked, error, lines_of, on_one_line
from classifier.data.annotations._columns import label_column
from classifier.data.times import complaint, seconds

SUFFIXES = (".txt", ".tsv", ".csv")
SELECTION, VIEW, CHANNEL = "Selection", "View", "Channel"
BEGIN, END, LOW, HIGH = "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)"
PATH, FILE, OFFSET = "Begin Path", "Begin File", "File Offset (s)"
ENDS = {PATH: "End Path", FILE: "End File"}
BOX = (SELECTION, VIEW, CHANNEL, BEGIN, END, LOW, HIGH)  # what Raven needs to draw one
NO_LABELS = {*BOX, PATH, FILE, OFFSET, *ENDS.values(), "Score", "Confidence", "Begin Clock Time", "End Clock Time"}
NO_LABELS |= {"Begin Date Time", "Begin Date", "End Date", "Occupancy", "Begin Hour", "Species Code"}


def recognises(path: Path, text: str) -> bool:
    """Whether the first line names the columns of a selection table."""
    first = next((line for _, line in lines_of(text)), "")
    return {BEGIN, END} <= set(_cells(first, _delimiter(first)))


def read(path: Path, text: str) -> Annotation:
    """The selections of a table.

    Raises:
        InputError: a line cannot be used, or which column holds the labels, or which recording a line is about, is not
            certain.
    """
    columns, rows = _rows(path, text)
    header = next((number for number, _ in lines_of(text)), 1)
    if not rows:
        return Annotation(())
    mays = [column for column in columns if column not in NO_LABELS and not column.endswith(")")]
    label = label_column(path, header, mays, rows)
    named = next((column for column in (PATH, FILE) if any(row.get(column) for _, row in rows)), None)
    if named and OFFSET not in columns and len({row[named] for _, row in rows}) > 1:
        what = f"the table is about several recordings, and has no column {OFFSET!r}: add it in Raven (Measurements)"
        raise error(path, header, what)
    found: dict[tuple, Stretch] = {}
    for number, row in rows:
        stretch = _stretch(path, number, row, label, named)
        views = row.get(SELECTION) or number, stretch.recording, stretch.start, stretch.end, stretch.label
        found.setdefault(views, stretch)
    return Annotation(checked(path, found.values()))


def lines(
    stretches: Iterable[Stretch],
    highest: float,
    scores: Sequence[float] | None = None,
    recording: str = "",
    channel: int = 1,
) -> Iterator[str]:
    """The lines of a selection table, without line ends: six digits of times and scores, three of frequencies.

    Args:
        stretches: of one recording; without frequencies a box reaches from 0 Hz to the highest.
        highest: Hz.
        scores: of the stretches, 0 to 1; None: no column of them.
        recording: the path for Begin Path; "": no such column, and no File Offset.
        channel: its number, from 1.
    """
    file = (PATH, OFFSET) if recording else ()
    yield "\t".join([*BOX, "Label", *([] if scores is None else ["Score"]), *file])
    for i, of in enumerate(stretches):
        low, high = (of.low_hz or 0.0, highest if of.high_hz is None else of.high_hz)
        cells = [str(i + 1), "Spectrogram 1", str(channel), f"{of.start:.6f}", f"{of.end:.6f}"]
        cells += [f"{low:.3f}", f"{high:.3f}"]
        cells += [on_one_line(of.label), *([] if scores is None else [f"{scores[i]:.6f}"])]
        yield "\t".join(cells + ([re.sub(r"[\t\r\n]", " ", recording), f"{of.start:.6f}"] if recording else []))


def _delimiter(line):
    return "\t" if "\t" in line else ","


def _cells(line, delimiter):
    cells = line.split("\t") if delimiter == "\t" else next(csv.reader([line]), [])  # Raven quotes nothing
    return [cell.strip() for cell in cells]


def _rows(path, text):
    """The names of the columns, and (line, {column: text}) of each line."""
    columns, rows, delimiter = None, [], "\t"
    for number, line in lines_of(text):
        if columns is None:
            delimiter = _delimiter(line)
            columns = _cells(line, delimiter)
            continue
        cells = _cells(line, delimiter)
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()
        if len(cells) > len(columns):
            raise error(path, number, f"it has {len(cells)} values, and {len(columns)} columns; correct it")
        rows.append((number, dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))))
    return columns or [], rows


def _stretch(path, number, row, label, named):
    begin, end = (_value(path, number, row, column) for column in (BEGIN, END))
    start = _value(path, number, row, OFFSET) if named and row.get(OFFSET) else begin
    if named and not row[named]:
        raise error(path, number, f"{named} is empty; fill it in, or remove the line")
    last = row.get(ENDS[named]) if named else None
    if last and PureWindowsPath(last).name != PureWindowsPath(row[named]).name:
        what = f"the selection begins in {row[named]} and ends in {last}: make two of it, one in each"
        raise error(path, number, what)
    low, high = (seconds(row.get(column, "")) for column in (LOW, HIGH))
    times = start, start + end - begin
    return Stretch(row[label], *times, number, row[named] if named else None, row.get(VIEW) or None, low, high)


def _value(path, number, row, column):
    if (found := seconds(row[column])) is None:
        raise error(path, number, f"{column} {complaint(row[column])}")
    return found
