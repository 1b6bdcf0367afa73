"""Several labels in one cell of a table: a;b  a|b  a,b  ["a", "b"]; an empty cell is none of them."""

import ast
from collections.abc import Iterable, Sequence

from classifier.core.errors import InputError
from classifier.data.labels import clean
from classifier.data.layouts import NO_LABEL, Clip

SEPARATORS = (";", "|", ",")  # the first that a column holds separates: labels may have commas
JOINED = ";"


def separator_of(cells: Iterable[str]) -> str | None:
    """What separates the labels in a column; None where every cell is one label, or a list in brackets."""
    plain = [cell for cell in cells if not cell.startswith("[")]
    return next((separator for separator in SEPARATORS if any(separator in cell for cell in plain)), None)


def parse(cell: str, separator: str | None) -> tuple[str, ...]:
    """The labels of a cell, sorted, each once.

    Raises:
        InputError: it begins as a list in brackets, and is none of texts; or a label is empty.
    """
    if cell.startswith("["):
        try:
            found = ast.literal_eval(cell)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found = None
        if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
            raise InputError(f'the labels {cell!r} are no list of texts; write ["a", "b"], or a;b')
    else:
        found = cell.split(separator) if separator else [cell]
        if not cell.strip():
            found = []
    labels = [clean(label) for label in found]
    if not all(labels):
        raise InputError(f"one of the labels {cell!r} is empty; remove what separates it")
    return tuple(sorted(set(labels)))


def name(labels: Sequence[str]) -> str:
    """What stands for a set of labels where a clip has one name."""
    return JOINED.join(labels) or NO_LABEL


def of_each(clips: Iterable[Clip]) -> list[str]:
    """Every label of every clip: one with two labels gives two."""
    return [label for clip in clips for label in clip.labels]
