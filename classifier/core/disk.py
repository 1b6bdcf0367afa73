"""A full disk: which path did not fit, and what is kept."""

import contextlib
import errno
import os
import shutil
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import IO

from classifier.core.errors import DiskFullError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # no room, no room left for this user, larger than a file may be
AGAIN = "make room and run the same command again"
UNTOUCHED = "nothing of it is left half written, and what was there before is untouched"


def is_full(error: BaseException) -> bool:
    """Whether an error, or what it was raised from, says that a disk is full."""
    if isinstance(error, OSError) and error.errno in FULL or "No space left on device" in str(error):
        return True
    return error.__cause__ is not None and is_full(error.__cause__)


@contextlib.contextmanager
def told(path: Path | str, kept: str = UNTOUCHED) -> Generator[None]:
    """Name the path in the block's error where the disk is full.

    Args:
        path: that is written in the block.
        kept: what is left, in words.

    Raises:
        DiskFullError: the disk is full.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, DiskFullError) or not is_full(error):
            raise
        traceback.clear_frames(error.__traceback__)  # what cannot be closed is let go of here, and not at the end
        raise DiskFullError(sentence(path, error, kept)) from None


def append(file: IO[bytes], data: bytes | memoryview, kept: str) -> None:
    """Write bytes to the end of an open file, past its buffer, which would be written again when the file is closed.

    Args:
        kept: as of `told`.

    Raises:
        DiskFullError: the disk is full; the file is as it was before.
    """
    end, rest = file.seek(0, os.SEEK_END), memoryview(data).cast("B")
    try:
        with told(file.name, kept):
            while rest:
                rest = rest[os.write(file.fileno(), rest) :]
    except DiskFullError:
        file.truncate(end)
        raise


def sentence(path: Path | str, error: BaseException, kept: str = UNTOUCHED) -> str:
    """What to say of a path that an error of a full disk kept from being written; kept: as of `told`."""
    why = {errno.EDQUOT: "the quota of this user is used up", errno.EFBIG: "files cannot be so large here"}
    full = f"its disk is full ({shutil.disk_usage(nearest(path)).free / 1e6:,.1f} MB free)"
    reason = why.get(getattr(error, "errno", None) or 0, full)
    return f"{path} cannot be written, for {reason}; {kept}; {AGAIN}"


def nearest(path: Path | str) -> Path:
    """A path, or of one that is not there yet the nearest folder above it that is."""
    path = Path(path).absolute()
    return next(place for place in (path, *path.parents) if os.path.exists(place))
