"""Labels of a recording as a list of edits: nothing is overwritten, and every edit can be undone.

An edit paints a stretch with a label, or with none: "none of the labels is heard here". What it covers of older
stretches is cut away, so no two stretches overlap, as classifier/data/layouts/annotations needs it. A stretch of the
same label that it overlaps becomes one with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

LEAST = 0.001  # seconds of a stretch; label files round to less, and layouts call what is shorter a point
DIGITS = 6  # of seconds, as in a label file


@dataclass(frozen=True)
class Edit:
    """One change.

    Attributes:
        number: from 1; the revision of the recording that it makes.
        start, end: seconds.
        label: None: none of the labels is heard here.
        undoes: the number of an edit that is taken back, whose stretch this one repeats; None: it paints.
        when: ISO 8601, UTC.
    """

    number: int
    start: float
    end: float
    label: str | None
    undoes: int | None = None
    when: str = ""


@dataclass(frozen=True)
class Painted:
    """A stretch with its label, seconds; None: none of the labels is heard."""

    start: float
    end: float
    label: str | None


def stretches(edits: Sequence[Edit]) -> list[Painted]:
    """What is heard from when to when, in order; no two overlap."""
    found: list[Painted] = []
    for edit in in_force(edits):
        found = _painted(found, Painted(edit.start, edit.end, edit.label))
    return found


def in_force(edits: Sequence[Edit]) -> list[Edit]:
    """The edits that paint and are not undone; who undoes an undoing brings the edit back."""
    undone: set[int] = set()
    for edit in reversed(edits):
        if edit.undoes is not None and edit.number not in undone:
            undone.add(edit.undoes)
    return [edit for edit in edits if edit.undoes is None and edit.number not in undone]


def since(edits: Sequence[Edit], revision: int, start: float, end: float) -> list[Edit]:
    """The edits behind a revision that touch a stretch: who edited that revision has not seen them."""
    return [edit for edit in edits if edit.number > revision and _overlap(edit, start, end)]


def is_nothing(found: Sequence[Painted], seconds: float) -> bool:
    """Whether somebody has said of the whole recording that none of the labels is heard."""
    heard = any(of.label is not None for of in found)
    return not heard and sum(of.end - of.start for of in found) >= seconds - LEAST


def _painted(found, new):
    """Stretches with a new one; what it covers of others is cut away."""
    kept: list[Painted] = []
    for old in found:
        if not _overlap(old, new.start, new.end):
            kept.append(old)
        elif old.label == new.label:
            new = replace(new, start=min(old.start, new.start), end=max(old.end, new.end))
        else:
            kept += [replace(old, end=new.start), replace(old, start=new.end)]
    kept = [of for of in kept if of.end - of.start >= LEAST]
    return sorted([*kept, new], key=lambda of: of.start)


def _overlap(one, start, end):
    return min(one.end, end) - max(one.start, start) >= LEAST
