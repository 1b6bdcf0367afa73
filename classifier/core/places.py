"""Places that a person names for results: whether anything can be written there, before hours of work."""

import os
import tempfile
from pathlib import Path

from classifier.core import disk
from classifier.core.errors import InputError

COPY = "copy the model to a folder that can be written, and name that with --trained"


def check_writable(folder: Path | str, remedy: str = "name another folder with --out") -> None:
    """Make sure that a folder, which may be new, can be written; nothing is left of the trial.

    Args:
        remedy: what to do where it cannot, in words.

    Raises:
        InputError: it cannot.
        DiskFullError: the disk is full.
    """
    there = disk.nearest(folder)
    if not there.is_dir():
        raise InputError(f"{folder}: {there} is a file, not a folder; {remedy}")
    try:
        with disk.told(folder):
            os.rmdir(tempfile.mkdtemp(prefix=".trial-", dir=there))
    except OSError as error:
        raise InputError(f"{folder}: nothing can be written in {there} ({error.strerror}); {remedy}") from None
