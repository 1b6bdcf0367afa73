"""Write files and folders whole or not at all.

What is not finished lies beside its target under a hidden name, so that a rename completes it. Where the disk is full
the error names the target.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.core import disk
from classifier.core.console import say

if TYPE_CHECKING:
    from filelock import FileLock


@contextlib.contextmanager
def new_folder(folder: Path | str, previous: Path | None = None) -> Generator[Path]:
    """A temporary folder that replaces `folder` when the block succeeds, and is deleted when it fails.

    Args:
        previous: what the folder that is replaced is called from then on, in place of one that had that name; None:
            it is deleted.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh.chmod(0o755)
    try:
        with disk.told(folder):
            yield fresh
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            if previous and previous.exists():
                os.replace(previous, old / previous.name)
            os.replace(folder, previous or old / folder.name)
            os.replace(fresh, folder)
            shutil.rmtree(old)
        else:
            os.replace(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextlib.contextmanager
def new_file(path: Path | str) -> Generator[Path]:
    """A temporary path beside `path`; its file replaces `path` when the block succeeds, and is deleted otherwise."""
    path = Path(path)
    fresh = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        with disk.told(path):
            yield fresh
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def alone_in(folder: Path, lock: str = ".lock") -> Generator[None]:
    """Hold a folder's lock, which another process may hold now; the system releases it when that is killed."""
    from filelock import FileLock, Timeout

    held = FileLock(folder / lock)
    try:
        held.acquire(timeout=0)
    except Timeout:
        say(f"another process is writing into {folder}; waiting for it ...")
        held.acquire()
    try:
        yield
    finally:
        held.release()


def hold(path: Path) -> "FileLock | None":
    """A lock that this process holds until its `release`, or its own end; None where another process holds it."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def shared_lock(path: Path) -> "FileLock":
    """A lock, not held yet, for which threads and processes wait; a thread may take it again while it has it."""
    from filelock import FileLock

    return FileLock(path)
