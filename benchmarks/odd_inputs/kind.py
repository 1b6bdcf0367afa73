"""A kind of odd inputs, its members, and whether each has the outcome that is right."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classifier.core.errors import InputError

WHOLE, WARNED, REFUSED = "whole", "warned", "refused"
MOST_MEMBERS = 5


@dataclass(frozen=True)
class Kind:
    """One thing that is odd, made in several ways.

    Attributes:
        section: of recordings (A), labels and tables (B) or models (D).
        what: what is odd.
        outcome: WHOLE: read, and nothing is warned of; WARNED: read, and a warning says `says`; REFUSED: an InputError
            names the input.
        members: {name: function of an empty folder, which makes an input and reads it}. It returns what is wrong with
            what was read, "" where all is right.
        says: in the warning or the error.
    """

    section: str
    what: str
    outcome: str
    members: dict[str, Callable[[Path], str]]
    says: str = ""

    def __post_init__(self) -> None:
        assert self.outcome in (WHOLE, WARNED, REFUSED) and 0 < len(self.members) <= MOST_MEMBERS, self.what


def wrong(kind: Kind, name: str, folder: Path) -> str:
    """What is wrong with the outcome of a member, "" where it is right.

    Args:
        folder: an empty one.
    """
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            complaint = kind.members[name](folder)
    except InputError as error:
        if kind.outcome != REFUSED:
            return f"refused: {error}"
        named = folder.name in str(error) and kind.says in str(error)
        return "" if named else f"refused for another reason: {error}"
    except Exception as error:  # whatever it is: it is what the benchmark looks for
        return f"{type(error).__name__}: {error}"
    warnings = [line for line in said.getvalue().splitlines() if line.startswith("WARNING: ")]
    if kind.outcome == REFUSED:
        return f"read in silence{f', {complaint}' if complaint else ''}"
    if complaint:
        return complaint
    if kind.outcome == WHOLE and warnings:
        return f"needless: {warnings[0]}"
    if kind.outcome == WARNED and not any(kind.says in line for line in warnings):
        return f"not warned of: {warnings}"
    return ""
