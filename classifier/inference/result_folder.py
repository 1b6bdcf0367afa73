"""Write results into a folder: the files and folders of all writers whole, and all of one run, or none of them."""

import contextlib
import os
import shutil
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace

from classifier.core import disk, places
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.inference import written
from classifier.inference.writers import Classified

UNFINISHED = ".unfinished"  # folder for what is under way; a killed run leaves it, and the next one removes it
KEPT = "the recordings that were classified are kept"  # where the disk is full
NONE_REPLACED = "and results that were there before are untouched"


def check(out: Path, writers: Iterable[ModuleType | SimpleNamespace], mark: str) -> None:
    """Make sure that results replace none of somebody else's, and nothing that a person has changed.

    Args:
        mark: name of a file that lies where this script has written.

    Raises:
        InputError: files of the same names are there that no run has written; one was changed since it was written;
            nothing can be written there.
    """
    places.check_writable(out)
    writers = list(writers)
    is_ours = (out / mark).exists()
    there = [writer.NAME for writer in writers if (out / writer.NAME).exists()]
    strangers = [name for name in there if not is_ours or not written.may_be_ours(out, name)]
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


def prepare(
    writers: Iterable[ModuleType | SimpleNamespace],
    read: Callable[[ModuleType | SimpleNamespace], Iterable[Classified]],
    labels: Sequence[str],
    beside: Path,
    out: Path,
    delimiter: str = ",",
    kept: str = KEPT,
) -> dict[str, Path]:
    """Write outputs beside their places; returns {output: path}, for `move`.

    Args:
        read: what a writer writes.
        beside: a folder as of `unfinished`.
        kept: as of disk.told.
    """
    fresh = {}
    for writer in writers:
        path = beside / writer.NAME
        with disk.told(out / writer.NAME, f"{kept}, {NONE_REPLACED}"):
            settings = {"delimiter": delimiter} if path.suffix == ".csv" else {}
            writer.write(progress(read(writer), f"writing {path.name}"), labels, path, **settings)
        fresh[writer.NAME] = path
    return fresh


def move(fresh: Mapping[str, Path], beside: Path, out: Path, kept: str = KEPT) -> list[Path]:
    """Move outputs to their places, now that each is whole; returns the places.

    Args:
        fresh: as of `prepare`.
        beside, kept: as of `prepare`.

    Raises:
        InputError: as of `check`: a person has changed or added a file while the run worked; all is as it was.
    """
    for name in fresh:
        if (out / name).exists():
            written.check(out, name)
    old = beside / "old"
    old.mkdir()
    with disk.told(out, kept), written.replaced(out, fresh):
        for name, path in fresh.items():
            if (out / name).is_dir():
                os.replace(out / name, old / name)
            os.replace(path, out / name)
    shutil.rmtree(old, ignore_errors=True)
    return [out / name for name in fresh]
