"""ESC-10 as first published: numbered folders, folds in file names.

001 - Dog bark/1-30226-A.ogg  ->  Clip(label="Dog bark", group="30226", fold=1)

A group is the Freesound recording that a clip was cut from; no recording is in two folds.
"""

import re
from pathlib import Path

from classifier.core.errors import InputError
from classifier.data.layouts import Clip
from classifier.storage import local_files

FOLDERS = "[0-9][0-9][0-9] - *"
NAME = re.compile(r"\d{3} - (?P<label>[^/]+)/(?P<fold>\d+)-(?P<source>\d+)-[A-Z]\.\w+")


def recognises(folder: Path) -> bool:
    """Whether folders and files are named as ESC-10 names them."""
    return any(NAME.fullmatch(f"{path.parent.name}/{path.name}") for path in folder.glob(f"{FOLDERS}/*"))


def clips(folder: Path) -> list[Clip]:
    """A clip per recording, in the fold that its name begins with.

    Raises:
        InputError: a recording is not named like this, or a label has none.
    """
    found = []
    for path in local_files.find_recordings(folder):
        name = NAME.fullmatch(path.relative_to(folder).as_posix())
        if not name:
            wanted = "'001 - Dog bark/1-30226-A.ogg', number - label/fold-source-take"
            raise InputError(f"{path} is not named like {wanted}; rename it, or remove it")
        found.append(Clip(path, name["label"], name["source"], int(name["fold"])))
    filled = {clip.path.parent for clip in found}
    for child in sorted(folder.glob(FOLDERS)):
        if child.is_dir() and child not in filled:
            raise InputError(f"{child} holds no recordings; put some there, or remove the folder")
    return found
