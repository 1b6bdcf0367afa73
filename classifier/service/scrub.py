"""What is said to a client names no path of the server."""

import re
import sys
import tempfile
from pathlib import Path

from Constants import ROOT

GONE = "…"  # where a folder stood that a client has no name for


def scrub(text, names=()):
    """A text without the folders of this machine; what lies in the project is named as seen from there.

    Args:
        names: {path: what the client calls it}, or pairs of them; "" for a folder whose inside is named alone.

    Returns:
        The text, "data_short/song/a.wav" for "<project>/data_short/song/a.wav".
    """
    said = {**_known(), **_all_spellings(dict(names))}
    if not said:
        return text
    longest_first = sorted(said, key=len, reverse=True)
    known = re.compile("|".join(f"({_pattern(path)})" for path in longest_first))

    def replaced(match):
        name, slash = said[longest_first[match.lastindex - 1]], match[0].endswith("/")
        return name + "/" * slash if name else "" if slash else GONE

    return known.sub(replaced, text)


def folders(settings):
    """What clients call the folders of a service: {path: name}, for scrub."""
    return {settings.home: "", settings.out: settings.out.name, **{path: path.name for path in settings.data}}


def _known():
    elsewhere = (sys.prefix, sys.base_prefix, tempfile.gettempdir(), Path.home())
    return {**_all_spellings(dict.fromkeys(elsewhere, GONE)), **_all_spellings({ROOT: ""})}


def _all_spellings(names):
    """Paths as they are given, absolute, and behind their links."""
    spelled = {}
    for path, name in names.items():
        for spelling in (Path(path), Path(path).absolute(), Path(path).resolve()):
            if spelling.is_absolute() and len(spelling.parts) > 1:  # "/" alone stands in every path
                spelled[str(spelling)] = name
    return spelled


def _pattern(path):
    """The path and a slash behind it; not the beginning of a longer name. /tmp is no folder within other paths."""
    before = r"(?<!\w)" if len(Path(path).parts) == 2 else ""
    return before + re.escape(path) + r"(?:/|(?![\w-]|\.\w))"
