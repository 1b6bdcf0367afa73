"""Find and stamp recordings on this machine.

A file counts as a recording by its suffix alone; whether it can be decoded is known when it is read.
"""

import os
from pathlib import Path, PurePath

RECORDING_SUFFIXES = (
    *(".wav", ".flac", ".ogg", ".oga", ".mp3", ".aiff", ".aif", ".aifc", ".au", ".caf", ".w64"),  # read by soundfile
    *(".m4a", ".mp4", ".aac", ".webm", ".opus", ".mka", ".wma", ".amr", ".3gp"),  # read by PyAV
)


def stamp(path: str | os.PathLike[str]) -> list[int] | None:
    """[size in bytes, modification time in ns]; a change means another recording. None where there is no file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: a name with a NUL
        return None
    return [status.st_size, status.st_mtime_ns]


def find_recordings(folder: Path | str) -> list[Path]:
    """The recordings in a folder and its subfolders, sorted by name, without hidden ones."""
    folder = Path(folder)
    return sorted(path for path in folder.rglob("*") if is_recording_name(path.relative_to(folder)) and path.is_file())


def is_recording_name(path: str | PurePath) -> bool:
    """Whether a path inside a folder or an archive has a recording's suffix and no hidden part."""
    path = PurePath(path)
    return path.suffix.lower() in RECORDING_SUFFIXES and not any(part.startswith(".") for part in path.parts)
