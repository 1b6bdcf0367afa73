"""Tell who, where or which corpus each clip is of: from its file name, or from a column of its table."""

import re
from collections.abc import Sequence

from classifier.core.errors import InputError
from classifier.core.text import one_form
from classifier.data import group_names
from classifier.data.layouts import Clip

GROUP_BY = "--group-by"  # the flag


def read(clips: Sequence[Clip], wanted: str, flag: str, example: str) -> list[str]:
    """(clips,) what each clip's column or file name says.

    Args:
        wanted: the name of a column of the table, in capitals or not; else a regular expression, whose first group is
            searched in the file names.
        flag: that the person gave, such as GROUP_BY.
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
    found = [match[1] if (match := expression.search(clip.path.name)) and match.groups() else None for clip in clips]
    without = [clip for clip, said in zip(clips, found, strict=True) if not said]
    if without:
        raise InputError(_says_nothing(clips, without, wanted, flag, example))
    return [one_form(said) for said in found if said]


def _says_nothing(clips, without, wanted, flag, example):
    """Why an expression does not do, and the ways out; without: the clips in whose names it finds nothing."""
    more = f" and {len(without) - 1} more of {len(clips)}" if len(without) > 1 else ""
    ways = []
    if wanted != example:
        part = "the part of the name that says it"
        ways.append(f"it needs one pair of parentheses around {part}, for example '{example}'")
    if columns := ", ".join(map(repr, without[0].columns)):
        ways.append(f"or the name of a column: {columns}")
    if flag == GROUP_BY:
        proposal = group_names.propose([clip.path.name for clip in clips], [clip.label for clip in clips])
        ways.append(proposal.sentence() if proposal else f"without {flag} each file counts as independent")
    return f"{flag} {wanted!r} finds no group in {without[0].path.name!r}{more}; {'; '.join(ways)}"


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
    return [one_form(clip.columns[column].strip()) for clip in clips]
