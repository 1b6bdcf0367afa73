"""Praat TextGrid files, in the long and in the short text format.

Format: Praat manual, "TextGrid file formats". What counts in either are free-standing numbers, texts in quotation marks
(a doubled one is one of the text) and flags such as <exists>: all other words are comments. Intervals without text are
unlabelled, points are points.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classifier.data.annotations import Annotation, Stretch, checked, error

SUFFIXES = (".textgrid",)
TOKEN = re.compile(
    r'(?P<comment>^\s*!.*$)|"(?P<text>(?:[^"]|"")*)"|(?P<open>")|(?<!\S)<(?P<flag>\w+)>(?!\S)'
    r"|(?<!\S)(?P<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)%?(?!\S)",
    re.MULTILINE,
)
INTERVALS, POINTS = "IntervalTier", "TextTier"
AGAIN = "save it again in Praat with Save > Save as text file"


def recognises(path: Path, text: str) -> bool:
    """Whether the file is called so: `read` says what is wrong with it."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path, text: str) -> Annotation:
    """The intervals with text and the points of all tiers.

    Raises:
        InputError: it is no TextGrid in a text format, or ends too early.
    """
    tokens = _Tokens(path, text, 1)
    kind, line = tokens.next("text")
    if not kind.startswith("ooTextFile") or tokens.next("text")[0] != "TextGrid":
        raise error(path, line, f"this is no TextGrid in a text format; {AGAIN}")
    tokens.next("number"), tokens.next("number")
    found: list[Stretch] = []
    if tokens.next("flag")[0] == "exists":
        for _ in range(tokens.count()):
            found += _tier(path, tokens)
    return Annotation(checked(path, found))


def _tier(path, tokens) -> Iterator[Stretch]:
    """The stretches of the tier that comes next."""
    kind, line = tokens.next("text")
    if kind not in (INTERVALS, POINTS):
        raise error(path, line, f"{kind!r} is no kind of tier, which are {INTERVALS} and {POINTS}; {AGAIN}")
    name, _ = tokens.next("text")
    tokens.next("number"), tokens.next("number")
    for _ in range(tokens.count()):
        start = float(tokens.next("number")[0])
        end = float(tokens.next("number")[0]) if kind == INTERVALS else start
        label, line = tokens.next("text")
        if label.strip() or kind == POINTS:
            yield Stretch(label.strip(), start, end, line, track=name)


@dataclass
class _Tokens:
    """The words of a file that count, one after the other; line: of the last one."""

    path: Path
    text: str
    line: int

    def __post_init__(self):
        self._found = (match for match in TOKEN.finditer(self.text) if match["comment"] is None)
        self._place = 0

    def next(self, kind: str) -> tuple[str, int]:
        """The next word, and its line.

        Raises:
            InputError: there is none, or it is of another kind.
        """
        match = next(self._found, None)
        if match is None:
            raise error(self.path, self.text.count("\n") + 1, f"the file ends too early, a {kind} is missing; {AGAIN}")
        self.line += self.text.count("\n", self._place, match.start())
        self._place = match.start()
        if match[kind] is None:
            raise error(self.path, self.line, f"{match[0][:40]!r} is not the {kind} that must be here; {AGAIN}")
        return match[kind].replace('""', '"'), self.line

    def count(self) -> int:
        """The next word, a number of things."""
        return int(float(self.next("number")[0]))
