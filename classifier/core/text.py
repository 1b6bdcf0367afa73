"""Text of strangers, made safe for a terminal and for files, and words that were mistyped."""

import difflib
import os
import re
import unicodedata
from collections.abc import Iterable

MOST = 200  # characters


def plain(text: object) -> str:
    """A stranger's words, short and without what a terminal would obey.

    Args:
        text: anything that str turns into text: a label, a file name, an error.

    Returns:
        printable characters, the others as their escapes; cut after MOST.
    """
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(text))
    return shown if len(shown) <= MOST else f"{shown[:MOST]} ..."


def readable(name: str) -> str:
    r"""A file's name, or text with one, as UTF-8 can hold it: bytes that are none are written as \xfc."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def one_form(name: str) -> str:
    """A name of a group or a source: `readable`, and letters with marks as one, for systems write them in two ways."""
    return unicodedata.normalize("NFC", readable(name))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that names what was most likely meant; "" where nothing is near.

    Args:
        word: that is none of the known.
        known: names, labels, flags ...
    """
    by_key = {key(name): name for name in known}
    near = difflib.get_close_matches(key(word), by_key, n=1, cutoff=0.6)
    return f"; did you mean {by_key[near[0]]}?" if near else ""


def key(name: str) -> str:
    """Equal for names that differ in case, blanks, - and _ alone."""
    return "".join(letter for letter in name.casefold() if letter not in " -_") or name


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts the numbers in names as numbers: class 2 before class 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(0, int(part), part) if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]


def duration(seconds: float) -> str:
    """A time in words, to its order: "40 s", "3 minutes", "2.5 hours"."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 100 * 60 else f"{seconds / 3600:.1f} hours"
