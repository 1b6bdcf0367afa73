"""Find the column of labels of a table of stretches."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from classifier.core.text import plain
from classifier.data.annotations import error
from classifier.data.table_columns import LABELS, normal
from classifier.data.times import seconds

Rows = Sequence[tuple[int, Mapping[str, str]]]  # (line, {column: text})


def label_column(path: Path, line: int, columns: Sequence[str], rows: Rows) -> str:
    """The column of labels: one that is named so, else the only one that holds words.

    Args:
        line: of the names of the columns.
        columns: that may hold labels.

    Raises:
        InputError: there is none, or several may be it.
    """
    named = [column for column in columns if normal(column) in LABELS]
    filled = [column for column in named if any(row[column] for _, row in rows)] or named
    if exact := [column for column in filled if normal(column) == "label"]:
        return exact[0]
    if not filled:
        filled = [column for column in columns if _are_words([row[column] for _, row in rows])]
    if len({tuple(row[column] for _, row in rows) for column in filled}) > 1:
        names = " or ".join(plain(column) for column in filled)
        raise error(path, line, f"which column holds the labels, {names}? Name that one Label")
    if filled:
        return filled[0]
    if columns and not rows:
        return columns[0]
    raise error(path, line, "there is no column of labels; add one, named Label")


def _are_words(cells):
    return any(cells) and not any(cell and seconds(cell) is not None for cell in cells)
