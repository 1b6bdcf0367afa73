"""Tell who, where or which corpus each clip is of: from its file name, or from a column of its table."""

import re
from collections.abc import Sequence

from classifier.core.errors import InputError
from classifier.core.text import readable
from classifier.data.layouts import Clip


def read(clips: Sequence[Clip], wanted: str, flag: str, example: str) -> list[str]:
    """(clips,) what each clip's column or file name says.

    Args:
        wanted: the name of a column of the table, in capitals or not; else a regular expression, whose first group is
            searched in the file names.
        flag: that the person gave, such as "--group-by".
        example: an expression that the message shows.

    Raises:
        InputError: the expression is none, or does not match a file name; the column is empty for a recording, or
            says two things of parts of one.
    """
    if column := _column(clips, wanted):
        return _of_column(clips, column, flag)
    try:
        expression = re.compile(wanted)
    except re.error as error:
        raise InputError(f"{flag} {wanted!r} is not a regular expression: {error}") from None
    matches = [expression.search(clip.path.name) for clip in clips]
    for clip, match in zip(clips, matches, strict=True):
        if not match or not match.groups() or not match[1]:
            columns = ", ".join(map(repr, clip.columns))
            raise InputError(
                f"{flag} {wanted!r} finds no group in {clip.path.name!r}; it needs one pair of parentheses around "
                f"the part of the name that says it, for example '{example}'"
                + (f"; or the name of a column: {columns}" if columns else "")
            )
    return [readable(match[1]) for match in matches if match]


def _column(clips, wanted):
    """The column of that name; None where there is none."""
    columns = list(dict.fromkeys(column for clip in clips for column in clip.columns))
    same = [column for column in columns if column.lower() == wanted.lower()]
    return wanted if wanted in columns else same[0] if len(same) == 1 else None


def _of_column(clips, column, flag):
    said = {}
    for clip in clips:
        value = clip.columns.get(column, "").strip()
        if not value:
            raise InputError(f"{flag} {column}: the column is empty for {clip.path}; fill it in")
        if said.setdefault(clip.path.resolve(), value) != value:
            both = f"{said[clip.path.resolve()]!r} and {value!r}"
            raise InputError(f"{flag} {column}: parts of {clip.path} are of {both}; give one recording one {column}")
    return [readable(clip.columns[column].strip()) for clip in clips]
