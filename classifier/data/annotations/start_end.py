"""Tables of stretches with start, end (or duration) and label, about one recording or, with its name, about several.

start,end,label  and  0.5,1.25,dog bark  ->  Stretch("dog bark", 0.5, 1.25)

Times are seconds; columns may have the names that the layout `table` knows. segments.csv of ClassifyRecordings.py is
such a table; the apostrophe that it puts before a label that a spreadsheet would compute is taken off again.
"""

import contextlib
from pathlib import Path

from classifier.core.errors import InputError
from classifier.data import table_text, times
from classifier.data.annotations import Annotation, Stretch, checked, error
from classifier.data.annotations._columns import label_column
from classifier.data.table_columns import LABELS, OTHER_UNIT, OTHERS, PATHS, SLICES, normal

SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
FORMULA = ("'=", "'+", "'-", "'@", "'\t", "'\r", "''")  # how a label begins that was made safe for spreadsheets
OURS = {"recording", "peak", "mean"}  # columns of segments.csv
PATH_COLUMNS = tuple(name for name in PATHS if name not in ("name", "id", "key", "track", "sample"))  # others are more


def recognises(path: Path, text: str) -> bool:
    """Whether the names of the columns are those of times and of labels."""
    with contextlib.suppress(InputError):
        return _is_header(table_text.parsed(path, text, _is_header).columns)
    return False


def read(path: Path, text: str) -> Annotation:
    """The stretches of a table.

    Raises:
        InputError: a line cannot be used, times are in another unit, or which column holds the labels is not certain.
    """
    table = table_text.parsed(path, text, _is_header)
    known = {normal(column): column for column in table.columns}
    if other := next((column for name, column in known.items() if OTHER_UNIT.fullmatch(name)), None):
        raise error(path, table.line, f"the column {other} is in another unit; give start and end, in seconds")
    role = {each: next((known[name] for name in OTHERS[each] if name in known), "") for each in OTHERS}
    if not role["end"] and "onset" in known:
        role["end"] = known.get("offset", "")
    recording = next((known[name] for name in PATH_COLUMNS if name in known), None)
    rows = list(table.rows())
    taken = {*role.values(), recording}
    mays = [column for column in table.columns if column not in taken and normal(column) in LABELS]
    label, ours = label_column(path, table.line, mays, rows), OURS <= set(known)
    found = []
    for line, row in rows:
        start = _value(path, line, row, role["start"])
        length = row[role["duration"]] if role["duration"] and not role["end"] else None
        end = start + _value(path, line, row, role["duration"]) if length else _value(path, line, row, role["end"])
        if recording and not row[recording]:
            raise error(path, line, f"{recording} is empty; fill it in, or remove the line")
        text = row[label][1:] if ours and row[label].startswith(FORMULA) else row[label]
        found.append(Stretch(text, start, end, line, row[recording] if recording else None))
    return Annotation(checked(path, found))


def _is_header(columns):
    known = {normal(column) for column in columns}
    if SLICES in known:  # whose times are those of the recordings that the slices were cut from
        return False
    ends = {*OTHERS["end"], *OTHERS["duration"], *(["offset"] if "onset" in known else [])}
    return bool(known & set(OTHERS["start"])) and bool(known & ends) and bool(known & set(LABELS))


def _value(path, line, row, column):
    found = times.seconds(row[column]) if column else None
    if found is None:
        raise error(path, line, f"{column} {times.complaint(row[column])}" if column else "it has no end; add one")
    return found
