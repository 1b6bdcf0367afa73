"""Write files and folders whole or not at all, one process at a time."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from classifier.core.console import say


@contextlib.contextmanager
def new_folder(folder):
    """A temporary folder that takes the place of `folder` when the block succeeds, and disappears when it fails."""
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh.chmod(0o755)
    try:
        yield fresh
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            os.replace(folder, old / folder.name)
            os.replace(fresh, folder)
            shutil.rmtree(old)
        else:
            os.replace(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextlib.contextmanager
def new_file(path):
    """A temporary path beside `path` that takes its place when the block succeeds, and disappears when it fails."""
    path = Path(path)
    fresh = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield fresh
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def alone_in(folder, lock=".lock"):
    """One process at a time writes into a folder; the system lets the next one in when the first is killed."""
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
