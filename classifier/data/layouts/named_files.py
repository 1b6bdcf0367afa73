"""One folder of recordings named label_anything.

silence_44100hz_stereo.wav  ->  Clip(label="silence", group="silence_44100hz_stereo.wav")
"""

from pathlib import Path

from classifier.core.errors import InputError
from classifier.data.layouts import Clip, split_files, table
from classifier.storage import local_files


def recognises(folder: Path) -> bool:
    """Whether all recordings have labels in their names, and no list lies beside them, which would know better."""
    paths = [path for path in folder.iterdir() if local_files.is_recording_name(path.name) and path.is_file()]
    if not paths or not all(_label(path) for path in paths) or len(local_files.find_recordings(folder)) > len(paths):
        return False
    return not any(layout.recognises(folder) for layout in (split_files, table))


def clips(folder: Path) -> list[Clip]:
    """A clip per recording; each recording is its own group.

    Raises:
        InputError: a recording has no label in its name, or is in a folder below.
    """
    found = []
    for path in local_files.find_recordings(folder):
        if path.parent != folder or not _label(path):
            raise InputError(f"{path} is not named like {folder / 'label_anything.wav'}; rename or move it")
        found.append(Clip(path, _label(path), path.name))
    return found


def _label(path):
    label, underscore, _ = path.name.partition("_")
    return label.strip() if underscore else ""
