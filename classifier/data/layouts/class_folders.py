"""A folder per label, with recordings at any depth.

data_short/silence/kitchen.wav  ->  Clip(label="silence", group="silence/kitchen.wav")
"""

from pathlib import Path

from classifier.core.errors import InputError
from classifier.data.layouts import Clip
from classifier.storage import local_files


def recognises(folder: Path) -> bool:
    """Whether the folder holds folders."""
    return bool(label_folders(folder))


def label_folders(folder: Path) -> list[Path]:
    """The folders in a folder, sorted, without those that are ignored."""
    return sorted(child for child in folder.iterdir() if child.is_dir() and not local_files.is_ignored(child.name))


def clips(folder: Path) -> list[Clip]:
    """A clip per recording; each recording is its own group.

    Raises:
        InputError: a label has no recording.
    """
    found = []
    for child in label_folders(folder):
        paths = local_files.find_recordings(child)
        if not paths:
            why = local_files.left_out(child) or f"{child} is empty, or holds no sound"
            raise InputError(f"{child} holds no recordings; put some there, or remove the folder ({why})")
        found += [Clip(path, child.name, str(path.relative_to(folder))) for path in paths]
    return found
