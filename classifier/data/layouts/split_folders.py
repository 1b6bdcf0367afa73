"""A folder per split, or per fold, with a folder per label in each.

train/dog/1.wav, val/dog/2.wav, test/dog/3.wav  ->  Clip(label="dog", group="train/dog/1.wav", split="train") ...
fold1/dog/1.wav, fold2/dog/2.wav  ->  Clip(label="dog", group="fold1/dog/1.wav", fold=1) ...

Names of splits: train, val, valid, validation, dev, eval, test; also training, testing, test_set and the like, in
capitals too. dev is the validation split beside a train split, else the train split. eval is the validation split, or
the test split where another folder is for validation. The folders may be the other way round: dog/train/1.wav.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.data.layouts import Clip, class_folders, table
from classifier.storage import local_files

NAMES = {  # what a folder's name begins with: its split, where that is certain
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validate", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("dev", "development"), "dev"),
    **dict.fromkeys(("eval", "evaluation"), "eval"),
}
REST = re.compile(r"[\W_]*(set|data|split|audio)?[\W_]*$")  # of test_set, train-data ...
FOLD = re.compile(r"fold[\W_]*(\d+)")


def recognises(folder: Path) -> bool:
    """Whether the folders are named as splits or folds, and no table lies there, which would know better."""
    return bool(_outer(folder) or _inner(folder)) and not table.recognises(folder)


def clips(folder: Path) -> list[Clip]:
    """A clip per recording; each recording is its own group.

    Raises:
        InputError: two folders are of one split, or a recording is in no folder of a split or of a label.
    """
    outer, found = _outer(folder), []
    for part in outer:
        loose = [path for path in part.iterdir() if local_files.is_recording_name(path.name) and path.is_file()]
        if table.recognises(part):
            found += [(part, replace(clip, group=f"{part.name}/{clip.group}")) for clip in table.clips(part)]
        elif loose or not class_folders.recognises(part):
            what = f"holds {loose[0].name} in no folder of a label" if loose else "holds no folders"
            raise InputError(
                f"{part} is named like a split, and {what}; put its recordings into {part}/LABEL/, or, where the names "
                "are labels, give --layout class_folders"
            )
        else:
            found += [(part, replace(clip, group=f"{part.name}/{clip.group}")) for clip in class_folders.clips(part)]
    if not outer:
        found = [
            (part, Clip(path, part.parent.name, path.relative_to(folder).as_posix()))
            for part in _inner(folder)
            for path in local_files.find_recordings(part)
        ]
    for child in class_folders.label_folders(folder) if outer else ():
        if child not in outer and (held := local_files.find_recordings(child)):
            raise InputError(
                f"{child} lies beside {_listed(outer)}, which are named like splits, and holds {len(held)} recordings; "
                "move them into the splits, or, where the names are labels, give --layout class_folders"
            )
    meaning = _meaning({part.name for part, _ in found}, folder)
    names = ", ".join(f"{name} ({where})" for name, (_, where) in sorted(meaning.items()))
    say(f"{folder}: folders of a {next(iter(meaning.values()))[0]}, not of a label: {names}")
    return [replace(clip, **dict([meaning[part.name]])) for part, clip in found]


def _outer(folder):
    """The folders of splits or folds in a folder; none where their names may as well be labels."""
    children = class_folders.label_folders(folder)
    parts = [child for child in children if _kind(child.name)]
    if not _are_parts(part.name for part in parts):
        return []
    nested = any(class_folders.label_folders(part) for part in parts)
    others = any(local_files.find_recordings(child) for child in children if child not in parts)
    return parts if nested or not others else []


def _inner(folder):
    """The folders of splits or folds in the folders of at least two labels."""
    labels = class_folders.label_folders(folder)
    parts = [part for label in labels for part in class_folders.label_folders(label)]
    if len({part.parent for part in parts}) < max(2, len(labels)):
        return []
    held = [len(local_files.find_recordings(part)) for part in parts]
    all_held = sum(len(local_files.find_recordings(label)) for label in labels)
    named = all(_kind(part.name) for part in parts)
    return parts if named and sum(held) == all_held and _are_parts(part.name for part in parts) else []


def _kind(name):
    """What a folder's name says: a value of NAMES, or the number of a fold; None where it says nothing."""
    name = name.strip().lower()
    fold = FOLD.fullmatch(name)
    return int(fold[1]) if fold else NAMES.get(REST.sub("", name, count=1))


def _are_parts(names: Iterable[str]) -> bool:
    """Whether names are at least two splits, or at least two folds."""
    kinds = {_kind(name) for name in names}
    return len(kinds) > 1 and len({type(kind) for kind in kinds}) == 1


def _meaning(names, folder):
    """{name: ("split", its split) or ("fold", its fold)}.

    Raises:
        InputError: two names mean the same split or fold.
    """
    kinds, found = {name: _kind(name) for name in names}, {}
    dev = "validation" if "train" in kinds.values() else "train"
    validates = "validation" in kinds.values() or ("dev" in kinds.values())
    certain = {"dev": dev, "eval": "test" if validates else "validation"}
    for name, kind in sorted(kinds.items()):
        where = ("fold", kind) if isinstance(kind, int) else ("split", certain.get(kind, kind))
        same = next((other for other, of_other in found.items() if of_other == where), None)
        if same:
            raise InputError(f"{folder}: {same} and {name} are both the {' '.join(map(str, where))}; rename one of them")
        found[name] = where
    return found


def _listed(folders):
    return ", ".join(folder.name for folder in folders)
