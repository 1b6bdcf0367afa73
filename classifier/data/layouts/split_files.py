"""Text files that put recordings on sides: classes.txt, a label a line, and train.txt, val.txt and test.txt.

train.txt: street/car horn.wav 1  ->  Clip(label=second line of classes.txt, group="street/car horn.wav", side="train")

Paths start where the text files lie, or in audios/ where these lie in dataset_files/. val.txt and test.txt may be
missing.
"""

from dataclasses import replace

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.data.labels import read_labels
from classifier.data.layouts import Clip, existing

SPLITS = {"train": "train.txt", "validation": "val.txt", "test": "test.txt"}


def recognises(folder):
    return _place(folder) is not None


def clips(folder):
    """A clip per line; a recording on several lines is one group.

    Raises:
        InputError: a line is not a path and a label number, its recording is not there or has another label elsewhere,
            or a class has no recording.
    """
    lists, audio = _place(folder) or (folder, folder)
    labels = read_labels(lists / "classes.txt")
    found, first = [], {}
    for split_name, name in SPLITS.items():
        for line, text in _lines(lists / name):
            where = f"{lists / name}, line {line}"
            *written, number = text.rsplit(maxsplit=1)  # from the right: the path may hold blanks
            if not written:
                raise InputError(f"{where}: {text!r} is not a path and a label number; write both")
            if not number.isdecimal() or int(number) >= len(labels):
                known = f"0 to {len(labels) - 1}, counted from the first line of classes.txt"
                raise InputError(f"{where}: {number!r} is none of the label numbers {known}; correct it")
            path = existing(audio / written[0], lists / name, line)
            clip = Clip(path, labels[int(number)], written[0], split=split_name)
            earlier, there = first.setdefault(path.resolve(), (clip, where))
            if earlier.label != clip.label:
                both = f"{clip.label!r} here and {earlier.label!r} in {there}"
                raise InputError(f"{where}: {path} has mixed labels, {both}; keep one of them")
            found.append(replace(clip, group=earlier.group))
    used = {clip.label for clip in found}
    for line, label in enumerate(labels, 1):
        if label not in used:
            complaint = f"label {label!r}, number {line - 1}, has no recording; list some, or take it out and renumber"
            raise InputError(f"{lists / 'classes.txt'}, line {line}: {complaint}")
    _check_info(lists / "info.txt", len(labels))
    return found


def _place(folder):
    """Where the text files lie, and where their paths start; None where there are none."""
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
    """A line of information per label is welcome, but nothing here needs it."""
    n_lines = len(path.read_bytes().splitlines()) if path.is_file() else n_labels
    if n_lines != n_labels:
        say(f"{path} is ignored: it has {n_lines} lines, and classes.txt {n_labels} labels")
