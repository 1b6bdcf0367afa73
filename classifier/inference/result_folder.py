"""Write results into a folder: each file or folder of a writer whole or not at all."""

import contextlib
import os
import shutil
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace

from classifier.core import disk, places
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.inference import written
from classifier.inference.writers import Classified

UNFINISHED = ".unfinished"  # folder for what is under way; a killed run leaves it, and the next one removes it


def check(out: Path, writers: Iterable[ModuleType | SimpleNamespace], mark: str) -> None:
    """Make sure that results replace none of somebody else's, and nothing that a person has changed.

    Args:
        mark: name of a file that lies where this script has written.

    Raises:
        InputError: files of the same names are there, and not the mark; one was changed since it was written; nothing
            can be written there.
    """
    places.check_writable(out)
    writers = list(writers)
    strangers = [writer.NAME for writer in writers if (out / writer.NAME).exists() and not (out / mark).exists()]
    if strangers:
        raise InputError(
            f"{out / strangers[0]} is there, and was not written by this script; give another folder with --out"
        )
    for writer in writers:
        written.check(out, writer.NAME)


@contextlib.contextmanager
def unfinished(out: Path) -> Generator[Path, None, None]:
    """A new folder in `out`, deleted after the block; what a killed run left there is deleted first."""
    folder = out / UNFINISHED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(
    writer: ModuleType | SimpleNamespace,
    classified: Iterable[Classified],
    labels: Sequence[str],
    beside: Path,
    out: Path,
    delimiter: str = ",",
    kept: str = "the recordings that were classified are kept",
) -> Path:
    """Write one output, and move it to its place when it is whole; returns the place.

    Args:
        beside: a folder as of `unfinished`.
        kept: as of disk.told.
    """
    fresh, place = beside / writer.NAME, out / writer.NAME
    with disk.told(place, kept):
        settings = {"delimiter": delimiter} if place.suffix == ".csv" else {}
        writer.write(progress(classified, f"writing {place.name}"), labels, fresh, **settings)
        with written.replaced(fresh, place):
            if place.is_dir():
                os.replace(place, beside / "old")
            os.replace(fresh, place)
    shutil.rmtree(beside / "old", ignore_errors=True)
    return place
