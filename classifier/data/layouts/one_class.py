"""Recordings of one label, at any depth of a folder, whose name is the label; never found by looking.

pump_3/monday.wav  ->  Clip(label="pump_3", group="monday.wav")
"""

from pathlib import Path

from classifier.core.errors import InputError
from classifier.data.labels import clean
from classifier.data.layouts import Clip
from classifier.storage import local_files


def recognises(folder: Path) -> bool:
    """Never: a folder whose recordings lack their labels looks the same."""
    return False


def clips(folder: Path) -> list[Clip]:
    """A clip per recording; each recording is its own group.

    Raises:
        InputError: there is none.
    """
    paths = local_files.find_recordings(folder) if folder.is_dir() else []
    if not paths:
        raise InputError(f"{folder} holds no recordings; put some there, or name another folder with --data")
    return [Clip(path, clean(folder.resolve().name), path.relative_to(folder).as_posix()) for path in paths]
