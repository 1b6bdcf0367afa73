"""Find the recordings that a table names: as written, else by the end of their path.

Tables are moved: they name /home/anna/data/a/1.wav, a\\1.wav, 1 or an ö that Unicode composes in another way. Such a
name is a recording's when the folder of the table holds one with that end, and only one.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from classifier.core.console import say_once
from classifier.core.errors import InputError
from classifier.data.layouts import missing
from classifier.storage import local_files

Parts = tuple[str, ...]
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Finder:
    """The recordings of a folder, by what a table may write."""

    def __init__(self, folder: Path):
        self.folder = folder

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[Parts, Path]]]:
        """{name with and without suffix: [(parts of the path, path)]}; letters as `_same` makes them."""
        found = defaultdict(list)
        for path in local_files.find_recordings(self.folder):
            parts = tuple(map(_same, path.relative_to(self.folder).parts))
            for name in {parts[-1], _same(path.stem)}:
                found[name].append((parts, path))
        return found

    def knows(self, text: str) -> bool:
        """Whether a text names at least one recording."""
        return bool(text) and bool(self.written(text) or self.ends(text)[0])

    def written(self, text: str) -> Path | None:
        """The file of a path as it is written, from the folder on; a backslash may stand for a slash."""
        for each in dict.fromkeys((text, text.replace("\\", "/"))):
            path = self.folder / each
            try:
                if path.is_file():
                    return path
            except (OSError, ValueError):  # too long for a path, or no path
                continue
        return None

    def ends(self, text: str) -> tuple[list[Path], Parts]:
        """The recordings whose paths have the longest end in common with a text, and the parts before that end."""
        parts = tuple(_same(part) for part in re.split(r"[\\/]+", text.strip()) if part not in ("", "."))
        held = self._by_name.get(parts[-1], []) if parts and ".." not in parts else []
        if not held:
            return [], ()
        shared = [_shared(parts[:-1], of_path[:-1]) for of_path, _ in held]
        longest = max(shared)
        best = [path for (_, path), n in zip(held, shared, strict=True) if n == longest]
        return best, parts[: len(parts) - 1 - longest]


def find(source: Path, written: Iterable[tuple[int, str]]) -> list[Path]:
    """The recording of each (line, path) of a table; says so where paths are not as they are written.

    Raises:
        InputError: one is not there, or several may be meant.
    """
    finder, found, dropped, example = Finder(source.parent), [], None, ""
    written, moved = list(written), []
    addresses = [(line, text) for line, text in written if ADDRESS.match(text)]
    if addresses and (len(addresses) < len(written) or not finder.knows(addresses[0][1])):
        line, text = addresses[0]
        raise InputError(
            f"{source}, line {line}: {text} is an address; copy the recording into {source.parent}, and write its path "
            "there in its place"
        )
    for line, text in written:
        path = finder.written(text)
        if not path:
            paths, before = finder.ends(text)
            if len(paths) > 1:
                raise InputError(f"{source}, line {line}: {text} may be {paths[0]} or {paths[1]}; write the whole path")
            if not paths or dropped not in (None, before):  # of moved data, all paths begin alike
                raise missing(source.parent / text, source, line)
            path, example = paths[0], example or f"{text} is {paths[0].relative_to(source.parent)}"
            dropped = before
            moved.append((line, text))
        elif not Path(text).is_absolute():
            if dropped:  # others are where they are written: it is not the data that was moved
                line, text = moved[0]
                raise missing(source.parent / text, source, line)
            dropped = ()
        found.append(path)
    if moved:
        say_once(f"{source}: {len(moved)} of {len(found)} recordings are found by the end of their path: {example}")
    return found


def _shared(one: Parts, other: Parts) -> int:
    """How many parts two paths have in common at their ends."""
    n = 0
    while n < min(len(one), len(other)) and one[-1 - n] == other[-1 - n]:
        n += 1
    return n


def _same(text: str) -> str:
    """Equal for names that people and file systems take for the same."""
    return unicodedata.normalize("NFC", text).strip().casefold()
