"""A folder per split, or per fold, with a folder per label in each.

train/dog/1.wav, val/dog/2.wav, test/dog/3.wav  ->  Clip(label="dog", group="train/dog/1.wav", split="train") ...
fold1/dog/1.wav, fold2/dog/2.wav  ->  Clip(label="dog", group="fold1/dog/1.wav", fold=1) ...

Names of splits: train, val, valid, validation, dev, eval, test; also training, testing, test_set and the like, in
capitals too. dev is the validation split beside a train split, else the train split. eval is the validation split, or
the test split where another folder is for validation. The folders may be the other way round: dog/train/1.wav.
"""

from dataclasses import replace
from pathlib import Path

from classifier.core.console import say_once
from classifier.core.errors import InputError
from classifier.data import split_names
from classifier.data.layouts import Clip, class_folders, table
from classifier.storage import local_files

WAY_OUT = "or, where the names are labels, give --layout class_folders"


def recognises(folder: Path) -> bool:
    """Whether the folders are named as splits or folds, and no table lies there, which would know better."""
    return bool(_outer(folder) or _inner(folder)) and not table.recognises(folder)


def clips(folder: Path) -> list[Clip]:
    """A clip per recording; each recording is its own group.

    Raises:
        InputError: two folders are of one split, or a recording is in no folder of a split or of a label.
    """
    if outer := _outer(folder):
        _check_others(folder, outer)
        found = [(part, replace(clip, group=f"{part.name}/{clip.group}")) for part in outer for clip in _clips_of(part)]
    else:
        found = [
            (part, Clip(path, part.parent.name, path.relative_to(folder).as_posix()))
            for part in _inner(folder)
            for path in local_files.find_recordings(part)
        ]
    if not found:
        raise InputError(f"{folder} holds no folders named train, val, test or fold1, fold2; rename its folders")
    means = split_names.meaning({part.name for part, _ in found}, folder)
    say_once(f"{folder}: folders of a split, not of a label: {split_names.said(means)}")
    return [replace(clip, **means[part.name]) for part, clip in found]


def _clips_of(part):
    """The clips of the folder of a split."""
    if table.recognises(part):
        return table.clips(part)
    loose = [path for path in part.iterdir() if local_files.is_recording_name(path.name) and path.is_file()]
    if loose or not class_folders.recognises(part):
        what = f"holds {loose[0].name} in no folder of a label" if loose else "holds no folders"
        raise InputError(f"{part} is named like a split, and {what}; put its recordings into {part}/LABEL/, {WAY_OUT}")
    return class_folders.clips(part)


def _check_others(folder, parts):
    """Make sure that no recordings lie in a folder beside those of the splits."""
    for child in class_folders.label_folders(folder):
        if child not in parts and (held := local_files.find_recordings(child)):
            names = ", ".join(part.name for part in parts)
            raise InputError(
                f"{child} lies beside {names}, which are named like splits, and holds {len(held)} recordings; move "
                f"them into the splits, {WAY_OUT}"
            )


def _outer(folder):
    """The folders of splits or folds in a folder; none where their names may as well be labels."""
    children = class_folders.label_folders(folder)
    parts = [child for child in children if split_names.kind(child.name) is not None]
    if not split_names.are_parts(part.name for part in parts):
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
    n_held = sum(len(local_files.find_recordings(part)) for part in parts)
    n_all = sum(len(local_files.find_recordings(label)) for label in labels)
    return parts if n_held == n_all and split_names.are_parts(part.name for part in parts) else []
