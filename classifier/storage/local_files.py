"""Find and stamp recordings on this machine.

A file counts as a recording by its suffix alone; whether it can be decoded is known when it is read.
"""

import os
from pathlib import Path, PurePath

RECORDING_SUFFIXES = (
    *(".wav", ".flac", ".ogg", ".oga", ".mp3", ".aiff", ".aif", ".aifc", ".au", ".caf", ".w64"),  # read by soundfile
    *(".m4a", ".mp4", ".aac", ".webm", ".opus", ".mka", ".wma", ".amr", ".3gp"),  # read by PyAV
)
OF_SYSTEMS = frozenset(  # folders and files that macOS, Windows, Linux and network drives put beside those of a person
    ("__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "lost+found", "@eadir")
)


def stamp(path: str | os.PathLike[str]) -> list[int] | None:
    """[size in bytes, modification time in ns]; a change means another recording. None where there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]


def find_recordings(folder: Path | str) -> list[Path]:
    """The recordings in a folder and its subfolders, sorted by name, without hidden ones.

    Links to folders are followed, each folder once. A link that leads nowhere is in the list: to read it says so.
    """
    found, seen = [], set()
    for place, folders, files in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(
            (name for name in folders if not is_ignored(name)), key=lambda name: os.path.islink(f"{place}/{name}")
        )
        found += [Path(place, name) for name in files if is_recording_name(name)]
    return sorted(found)


def is_recording_name(path: str | PurePath) -> bool:
    """Whether a path inside a folder or an archive has a recording's suffix, and no part that is ignored."""
    path = PurePath(path)
    return path.suffix.lower() in RECORDING_SUFFIXES and not any(map(is_ignored, path.parts))


def is_ignored(name: str) -> bool:
    """Whether a file or folder is hidden, or one that an operating system puts there."""
    return name.startswith(".") or name.lower() in OF_SYSTEMS
