"""Leave out recordings whose decoder has crashed the process that read them.

A mark lies in cache/ while a recording is read. One that is found there, left by a process that is gone, makes the
recording a suspect: it is decoded in a child process first.

python -m classifier.audio.suspects FILE    decodes a recording, and nothing more
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

from classifier.audio import recording
from classifier.core.errors import InputError
from Constants import CACHE, ROOT

FOLDER = "reading"  # in CACHE


@contextlib.contextmanager
def reading(path: Path | str) -> Generator[None]:
    """Mark a recording as one that is being read by this process.

    Raises:
        InputError: it has crashed a process, and crashes another.
    """
    path = Path(path)
    mark = CACHE / FOLDER / hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
    if _is_left(mark):
        _try(path)
    with contextlib.suppress(OSError):  # where nothing can be written, nothing is marked
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(str(os.getpid()))
    try:
        yield
    finally:  # not where the process is killed
        with contextlib.suppress(OSError):
            mark.unlink()


def _is_left(mark):
    """Whether a process has left its mark and is gone."""
    try:
        pid = int(mark.read_text())
        os.kill(pid, 0) if os.name == "posix" else None
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _try(path):
    child = subprocess.run([sys.executable, "-m", __name__, os.fspath(path.resolve())], cwd=ROOT, capture_output=True)
    if child.returncode < 0:
        raise InputError(
            f"{path} crashes its decoder (signal {-child.returncode}); convert it with the program that recorded it, "
            "or take it out"
        )


def _decode(path):
    with contextlib.suppress(InputError):  # that is said by who reads it
        for _ in recording.blocks(path):
            pass


if __name__ == "__main__":
    _decode(Path(sys.argv[1]))
