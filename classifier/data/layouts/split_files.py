"""Splits in text files: classes.txt, train.txt, val.txt, test.txt.

train.txt: street/car horn.wav 1  ->  Clip(label=second line of classes.txt, group="street/car horn.wav", split="train")

Paths are relative to the text files, or to audios/ where these lie in dataset_files/. val.txt and test.txt may be
missing.
"""

from dataclasses import replace
from pathlib import Path

from classifier.core.console import say_once
from classifier.core.errors import InputError
from classifier.data.labels import read_labels
from classifier.data.layouts import Clip, existing

SPLITS = {"train": "train.txt", "validation": "val.txt", "test": "test.txt"}


def recognises(folder: Path) -> bool:
    """Whether lists of splits are there."""
    return _find_lists(folder) is not None


def clips(folder: Path) -> list[Clip]:
    """A clip per line; a recording on several lines is one group.

    Raises:
        InputError: a line is not a path and a label number, its recording is not there or has two labels, or a class
            has no recording.
    """
    lists, audio = _find_lists(folder) or (folder, folder)
    labels = read_labels(lists / "classes.txt")
    found, first = [], {}
    for split_name, name in SPLITS.items():
        for line, text in _lines(lists / name):
            where = f"{lists / name}, line {line}"
            *written, number = text.rsplit(maxsplit=1)  # from the right: the path may contain spaces
            if not written:
                raise InputError(f"{where}: {text!r} is not a path and a label number; write both")
            if not number.isdecimal() or int(number) >= len(labels):
                known = f"0 to {len(labels) - 1}, counted from the first line of classes.txt"
                raise InputError(f"{where}: {number!r} is none of the label numbers {known}; correct it")
            path = existing(audio / written[0], lists / name, line)
            clip = Clip(path, labels[int(number)], written[0], split=split_name)
            earlier, first_line = first.setdefault(path.resolve(), (clip, where))
            if earlier.label != clip.label:
                both = f"{clip.label!r} here and {earlier.label!r} in {first_line}"
                raise InputError(f"{where}: {path} has mixed labels, {both}; keep one of them")
            found.append(replace(clip, group=earlier.group))
    used = {clip.label for clip in found}
    for line, label in enumerate(labels, 1):
        if label not in used:
            complaint = f"label {label!r}, number {line - 1}, has no recording; list some, or remove it and renumber"
            raise InputError(f"{lists / 'classes.txt'}, line {line}: {complaint}")
    _check_info(lists / "info.txt", len(labels))
    return found


def _find_lists(folder):
    """The folder of the text files, and the folder that their paths are relative to; None where there are none."""
    for lists, audio in ((folder, folder), (folder / "dataset_files", folder / "audios")):
        if (lists / "classes.txt").is_file() and (lists / SPLITS["train"]).is_file():
            return lists, audio
    return None


def _lines(path):
    """(line number, text) of each line that is not blank; none where there is no file."""
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: this is not UTF-8 text; save the file again as UTF-8") from None
    return [(line, text.strip()) for line, text in enumerate(text.split("\n"), 1) if text.strip()]


def _check_info(path, n_labels):
    """Report a file of descriptions that does not have one line per label; nothing else uses it."""
    n_lines = len(path.read_bytes().splitlines()) if path.is_file() else n_labels
    if n_lines != n_labels:
        say_once(f"{path} is ignored: it has {n_lines} lines, and classes.txt {n_labels} labels")
