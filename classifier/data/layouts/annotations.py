"""Recordings with label files of Audacity, Raven, Praat or ELAN, or csv files with start and end.

monday.wav, monday.txt: 0.5<tab>1.25<tab>dog bark  ->  Clip(label="dog bark", group="monday.wav", start=0.5, end=1.25)

Label files lie beside their recordings and are called like them, or in a folder of their own, or say inside which
recordings they are about. An empty one says that nothing is heard. --data may be one label file. A point is heard as
the window around it. Stretches of different labels that overlap are refused. Recordings without a label file are not
used.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.core import text
from classifier.core.console import say_once, warn
from classifier.core.errors import InputError
from classifier.data import label_overlaps, split_names, table_columns
from classifier.data.label_files import Folder, LabelFile, Labelled
from classifier.data.layouts import NOTHING, Clip, esc10, esc50, prepared, split_files, table, urbansound8k
from classifier.storage import local_files

POINT = 0.001  # seconds that stand for a point; surroundings give it the window around
MOST = 0.5  # share of recordings in folders that must have label files, for the folders not to be taken for labels


@dataclass(frozen=True)
class Found:
    """The label files of a folder, and what they say.

    Attributes:
        files: those that were read, or are empty.
        stretches: {recording: its stretches}; of some there are none, in which nothing is heard.
        unread: files that are called like recordings which nothing else says the labels of, and that no format knows.
    """

    files: list[LabelFile]
    stretches: dict[Path, list[Labelled]]
    unread: list[Path]


def recognises(folder: Path) -> bool:
    """Whether label files lie there, or whether a file is one, and no table of clips knows better."""
    if folder.is_file():
        file = Folder(folder.parent).file(folder)
        return bool(file and file.format) and not _is_table(folder)
    if any(layout.recognises(folder) for layout in (esc10, esc50, prepared, split_files, urbansound8k)):
        return False
    inside = Folder(folder)
    try:
        files = [file for file in inside.files if file.format and (file.recording or inside.names_its_own(file))]
    except InputError:  # a label file is called like two recordings; `clips` says it
        return True
    if not files:
        return False
    tables = [path for path in sorted(folder.iterdir()) if _is_table(path)]
    if len(tables) == 1 or split_names.are_parts([path.stem for path in tables]):
        if others := [file.path.name for file in files if file.path not in tables]:
            warn(
                f"{tables[0]} says the labels, and {len(others)} label files are not read, such as {others[0]}; "
                "--layout annotations reads all of them instead"
            )
        return False
    return not _folders_are_labels(folder, files)


def clips(folder: Path, several: bool = False) -> list[Clip]:
    """A clip per stretch, and one with the label NOTHING per recording in which nothing is heard.

    Args:
        several: whether stretches of different labels may overlap.

    Raises:
        InputError: a label file cannot be read, or is about a recording that is not there; stretches of different
            labels overlap; or there are no label files.
    """
    base = folder if folder.is_dir() else folder.parent
    found = _read(folder, base, several)
    if not found.files:
        raise InputError(
            f"{folder} holds no label files: put one beside each recording and call it like it, such as monday.txt of "
            "Audacity for monday.wav"
        )
    made = [clip for path, stretches in found.stretches.items() for clip in _clips_of(path, stretches, base)]
    _tell(folder, base, found)
    return _split(made, base)


def _read(folder, base, several):
    inside = Folder(base)
    candidates = inside.files if folder.is_dir() else list(filter(None, [inside.file(folder)]))
    files = [file for file in candidates if file.format or file.is_empty]
    stretches: dict[Path, list[Labelled]] = {}
    names: dict[Path, Path] = {}  # of one recording, however label files write its path
    for file in files:
        of_file = list(inside.stretches(file))
        for recording in [of.recording for of in of_file] or [inside.recording(file)]:
            stretches.setdefault(names.setdefault(recording.resolve(), recording), [])
        for of in of_file:
            stretches[names[of.recording.resolve()]].append(of)
        for ignored in file.annotation.ignored:
            warn(f"{file.path}: {ignored} have no times, and are not read")
    for of_recording in [] if several else stretches.values():
        label_overlaps.check(of_recording)
    others = [(file.path, file.recording) for file in candidates if file.recording and file not in files]
    unread = [path for path, recording in others if recording.resolve() not in names]
    return Found(files, dict(sorted(stretches.items())), unread)


def _clips_of(path, stretches, base):
    """The clips of one recording."""
    group = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()
    if not stretches:
        return [Clip(path, NOTHING, group)]
    ordered = sorted((of.stretch for of in stretches), key=lambda of: (of.start, of.end))
    ends = [of.end for of in ordered if of.end > of.start]
    times = [_times(of.start, ends) if of.start == of.end else (of.start, of.end) for of in ordered]
    return [Clip(path, of.label, group, start=start, end=end) for of, (start, end) in zip(ordered, times, strict=True)]


def _times(point, ends):
    """Start and end of the moment that stands for a point: before it, or behind it where another label ends there."""
    begins = round(point - POINT, 6)
    is_behind = begins < 0 or any(begins < end <= point + POINT for end in ends)
    return (point, round(point + POINT, 6)) if is_behind else (begins, point)


def _tell(folder, base, found):
    """Say what was found, and warn of what is not used."""
    kinds = Counter(file.format or "empty" for file in found.files)
    said = ", ".join(f"{name} {n}" for name, n in kinds.most_common())
    stretches = [of.stretch for of_recording in found.stretches.values() for of in of_recording]
    points = sum(of.start == of.end for of in stretches)
    empty = sum(not of_recording for of_recording in found.stretches.values())
    length = text.duration(sum(of.end - of.start for of in stretches))
    say_once(
        f"{folder}: {len(found.files)} label files ({said}) of {len(found.stretches)} recordings: {len(stretches)} "
        f"labelled stretches, {length}"
        + (f", {points} of them points" if points else "")
        + (f"; nothing is heard in {empty} recordings" if empty else "")
    )
    if found.unread:
        warn(
            f"{base}: {len(found.unread)} files are called like recordings and are no label files that can be read, "
            f"such as {found.unread[0]}: save them as Audacity label track, Raven table, TextGrid, eaf or csv"
        )
    have = {path.resolve() for path in found.stretches}
    if folder.is_dir() and (n := sum(path.resolve() not in have for path in local_files.find_recordings(folder))):
        say_once(f"{folder}: {n} recordings have no label file; an empty one would say that nothing is heard there")


def _split(found: Sequence[Clip], base):
    """The clips with the splits of the data set, where the first folders of all recordings are named as such."""
    firsts = [clip.path.relative_to(base).parts[0] if clip.path.is_relative_to(base) else "" for clip in found]
    if not split_names.are_parts(set(firsts)):
        return list(found)
    means = split_names.meaning(set(firsts), base)
    say_once(f"{base}: splits of the data set: {split_names.said(means)}")
    return [replace(clip, **means[first]) for clip, first in zip(found, firsts, strict=True)]


def _is_table(path):
    """Whether the layout `table` reads a file."""
    if path.suffix.lower() not in table.SUFFIXES or not path.is_file():
        return False
    try:
        text = table_columns.glance(path)
        return bool(text and table_columns.understand(text))
    except InputError:
        return False


def _folders_are_labels(folder, files):
    """Whether recordings lie in a folder per label all the same, and only some have label files; it is said."""
    recordings = local_files.find_recordings(folder)
    tops = {path.relative_to(folder).parts[0] for path in recordings}
    if len(tops) < 2 or split_names.are_parts(tops) or any(path.parent == folder for path in recordings):
        return False
    have = {file.recording for file in files if file.recording}
    if len(have) < MOST * len(recordings):
        warn(
            f"{folder}: {len(have)} of {len(recordings)} recordings have label files, such as {files[0].path}; they "
            "are not read, and the folders are the labels: --layout annotations reads them"
        )
        return True
    warn(
        f"{folder}: the labels are those of {len(files)} label files, such as {files[0].path}, and not the folders: "
        "--layout class_folders takes the folders"
    )
    return False
