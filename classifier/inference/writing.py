"""How a person wants results written: by which writers, with what between the columns of csv files, kept where."""

import hashlib
import json
import os
from pathlib import Path
from types import ModuleType

from classifier.core import registry
from classifier.core.errors import InputError

TAB = "\t"
DELIMITERS = (",", ";", "|", TAB)


def check(writers: str, delimiter: str) -> None:
    """Look at the names of writers, with commas, or all; and at what is between columns.

    Raises:
        InputError: there is no such writer, or nobody separates columns so.
    """
    registry.choose("writers", writers)
    if delimiter not in DELIMITERS:
        raise InputError(f"--delimiter {delimiter!r}: give one of {' '.join(DELIMITERS)} or tab")


def delimiter_of(given: str) -> str:
    """The character that a person means by --delimiter."""
    return TAB if given in ("tab", "\\t") else given


def load(writers: str) -> list[ModuleType]:
    """The files of classifier/inference/writers, in the order in which they were named."""
    return [registry.load("writers", name) for name in registry.choose("writers", writers)]


def place(parent: Path, folder: str, kind: str, *about: str | float | None) -> Path:
    """Where what is computed of a folder is kept for the next time: one place for all that decides on it.

    Args:
        parent: of such places.
        folder: of recordings, or an address.
        kind: what is kept, in a word.
        about: what else decides on what is kept.
    """
    real = os.path.realpath(folder) if os.path.exists(folder) else folder
    name = os.path.basename(real.rstrip("/")) or "recordings"
    digest = hashlib.sha256(json.dumps([real, *about]).encode()).hexdigest()[:12]
    return parent / f"{''.join(c if c.isalnum() else '_' for c in name)}-{kind}-{digest}"
