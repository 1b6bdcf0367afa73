"""Take the paths of the server out of texts for clients."""

import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifier.service.settings import Settings
from Constants import ROOT

GONE = "…"  # where a folder stood that a client has no name for


def scrub(text: str, names: Mapping[Path, str] | None = None) -> str:
    """A text without the folders of this machine; paths in the project are relative to it.

    Args:
        names: {path: what the client calls it}; "" for a folder whose inside is named alone.

    Returns:
        The text, "data_short/song/a.wav" for "<project>/data_short/song/a.wav".
    """
    spelled = {**_known(), **_all_spellings(names or {})}
    if not spelled:
        return text
    longest_first = sorted(spelled, key=len, reverse=True)
    known = re.compile("|".join(f"({_pattern(path)})" for path in longest_first))

    def replaced(match):
        name, slash = spelled[longest_first[match.lastindex - 1]], match[0].endswith("/")
        return name + "/" * slash if name else "" if slash else GONE

    return known.sub(replaced, text)


def folders(settings: Settings) -> dict[Path, str]:
    """The names that clients have for the folders of a service, {path: name}, for scrub."""
    return {settings.home: "", settings.out: settings.out.name, **{path: path.name for path in settings.data}}


def _known() -> dict[str, str]:
    elsewhere = (sys.prefix, sys.base_prefix, tempfile.gettempdir(), Path.home())
    return {**_all_spellings(dict.fromkeys(elsewhere, GONE)), **_all_spellings({ROOT: ""})}


def _all_spellings(names: Mapping[Any, str]) -> dict[str, str]:
    """Paths as they are given, absolute, and behind their links."""
    spelled = {}
    for path, name in names.items():
        for spelling in (Path(path), Path(path).absolute(), Path(path).resolve()):
            if spelling.is_absolute() and len(spelling.parts) > 1:  # "/" alone stands in every path
                spelled[str(spelling)] = name
    return spelled


def _pattern(path: str) -> str:
    """The path and a slash behind it; not the beginning of a longer name. /tmp is no folder within other paths."""
    before = r"(?<!\w)" if len(Path(path).parts) == 2 else ""
    return before + re.escape(path) + r"(?:/|(?![\w-]|\.\w))"
