"""Negatives: recordings in which none of the labels is heard.

They are learned as an output of their own, or only held against the thresholds.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.core import registry, text
from classifier.core.console import say_once, warn
from classifier.core.errors import InputError
from classifier.data import clips as data_clips
from classifier.data import group_names, labels, unlabelled
from classifier.data.layouts import NOTHING, Clip
from classifier.storage import local_files

OUTPUT, THRESHOLD = WAYS = ("output", "threshold")  # what becomes of them; the first is the default
LABEL = "other"  # of the output that learns them, where nobody gives it another name
UNLABELLED = NOTHING  # stands for a label where no output learns them
GROUPLESS = ("class_folders", "named_files")  # layouts that know no groups


@dataclass(frozen=True)
class Negatives:
    """Which recordings hold none of the labels.

    Attributes:
        folders: that hold them, at any depth.
        label: of their clips: that of the output that learns them, or UNLABELLED.
        unlabelled: whether what no label marks, in recordings of which parts are marked, is among them.
    """

    folders: tuple[Path, ...]
    label: str = LABEL
    unlabelled: bool = False

    @property
    def is_learned(self) -> bool:
        """Whether they are an output of the model."""
        return self.label != UNLABELLED

    def check(self, known: Collection[str]) -> None:
        """Look at the folders, and at the labels of the data.

        Args:
            known: the labels; NOTHING does not count.

        Raises:
            InputError: a folder is not there or holds no recordings, or the data has a label of this name.
        """
        if self.label in set(known) - {NOTHING}:
            raise InputError(
                f"the data has a label {self.label!r} already, and the negatives would be learned under the same name: "
                "give them another with --negatives-label NAME"
            )
        for folder in self.folders:
            find(folder)


def folders_of(given: str) -> tuple[Path, ...]:
    """The folders that --negatives names, absolute: one, or several with commas."""
    names = [given] if Path(given).is_dir() else given.split(",")
    return tuple(Path(name.strip()).resolve() for name in names)


def find(folder: Path) -> list[Path]:
    """The recordings of a folder of negatives, at any depth.

    Raises:
        InputError: there is no such folder, or it holds none.
    """
    found = local_files.find_recordings(folder) if folder.is_dir() else []
    if not found:
        why = "holds no recordings" if folder.is_dir() else "is not there"
        raise InputError(
            f"{folder} {why}; give a folder of recordings in which none of the labels is heard, or several "
            "with commas (--negatives)"
        )
    return found


def read(negatives: Negatives, group_by: str | None = None) -> list[Clip]:
    """A clip per recording, in the order of the folders; the labels that the folders may have are ignored.

    Its group is what `group_by` finds in its name, else what the layout of its folder knows (ESC-10: the recording that
    it was cut from), else what the names of all recordings of the folder tell, else it is its own.

    Raises:
        InputError: as of `find` and of the layout.
    """
    found = {}
    for folder in negatives.folders:
        for clip in of_folder(folder, negatives.label, group_by):
            found.setdefault(clip.path.resolve(), clip)
    return list(found.values())


def of_folder(folder: Path, label: str, group_by: str | None = None) -> list[Clip]:
    """The clips of one folder, as of `read`, under a label."""
    paths = find(folder)
    layout = data_clips.recognised(folder)
    known = registry.load("layouts", layout).clips(folder) if layout and layout not in GROUPLESS else []
    by_path = {clip.path: clip for clip in known}
    found = [
        Clip(path, label, own.group if own else path.relative_to(folder).as_posix(), own.fold if own else None)
        for path in paths
        for own in [by_path.get(path)]
    ]
    proposal = group_names.propose_for(found)
    return [replace(clip, group=_group(clip, folder, group_by, proposal and proposal.group_by)) for clip in found]


def _group(clip, folder, group_by, proposed):
    """The folder's name keeps apart what only happens to be called alike, but not what a person says is one group."""
    for expression, before in ((group_by, ""), (proposed, f"{folder.name}/")):
        try:
            match = expression and re.search(expression, clip.path.name)
        except re.error:  # the name of a column, which negatives have not
            continue
        if match and match.groups() and match[1]:
            return before + match[1]
    return f"{folder.name}/{clip.group}"


def behind(clips: Sequence[Clip], negatives: Negatives, group_by: str | None, window_seconds: float) -> list[Clip]:
    """Labelled clips with the negatives behind them; arguments and errors are those of `added`, which says more."""
    labelled = [clip for clip in clips if clip.label != NOTHING]
    return [*labelled, *read(negatives, group_by), *_unlabelled(clips, negatives, window_seconds)]


def _unlabelled(clips, negatives, window_seconds):
    """The unlabelled parts of recordings where they are negatives; else none."""
    if not negatives.unlabelled:
        return []
    if rest := unlabelled.rest(clips, negatives.label, window_seconds):
        return rest
    raise InputError(
        f"--unlabelled negatives: no window of {window_seconds:g} s is unlabelled; it is for recordings of which parts "
        "are marked, with start and end (docs/guide/label_files.md)"
    )


def added(
    clips: Sequence[Clip], negatives: Negatives | None, group_by: str | None, window_seconds: float = 0.0
) -> list[Clip]:
    """Labelled clips with the negatives behind them; says how many there are, and what becomes of them.

    Args:
        clips: a recording in which nothing is heard has the label NOTHING.
        window_seconds: unlabelled parts are at least as long.

    Raises:
        InputError: as of `Negatives.check` and `read`; or nothing is unlabelled, where that would be negatives.
    """
    labelled = [clip for clip in clips if clip.label != NOTHING]
    if not negatives:
        return labelled
    negatives.check({clip.label for clip in clips})
    how = f"learned as {negatives.label!r}" if negatives.is_learned else "held against the thresholds, not learned"
    found, rest = read(negatives, group_by), _unlabelled(clips, negatives, window_seconds)
    if found:
        say_once(
            f"negatives: {len(found)} recordings of {len({clip.group for clip in found})} groups in "
            f"{', '.join(map(str, negatives.folders))}, {how}; what their folders call them does not count"
        )
        _warn_of_labels(found, {clip.label for clip in labelled})
    if rest:
        say_once(
            f"negatives: {len(rest)} unlabelled parts of {len({clip.path for clip in rest})} recordings, {how}; give "
            "--unlabelled ignore if sounds of the labels may be left in them"
        )
    return [*labelled, *found, *rest]


def _warn_of_labels(negatives, labels):
    """Where the folder of some is called like a label, that may be heard in them."""
    by_key = {text.key(label): label for label in labels}
    for folder in sorted({clip.path.parent for clip in negatives}):
        label = by_key.get(text.key(folder.name.lstrip("0123456789 -")))
        if label is None:
            continue
        warn(
            f"{folder} is called like the label {label!r}, and its recordings are learned as ones in which no label is "
            "heard: take them out of --negatives if it is heard in them"
        )


def label_order(clips: Sequence[Clip], path: Path | str | None, negatives: Negatives | None) -> list[str]:
    """labels.label_order, with the label of the negatives last where no labels file gives it another place.

    Args:
        clips: without the negatives.

    Raises:
        InputError: as of labels.label_order.
    """
    clips = [clip for clip in clips if clip.label != NOTHING]
    if order := check_labels(clips, path, negatives):
        return order
    last = [negatives.label] if negatives and negatives.is_learned else []
    return [*labels.label_order(clips, path), *last]


def check_labels(clips: Sequence[Clip], path: Path | str | None, negatives: Negatives | None) -> list[str] | None:
    """The order that a labels file gives, as of labels.check_labels; it may hold the label of the negatives or not.

    Args and errors are those of `label_order`.
    """
    clips = [clip for clip in clips if clip.label != NOTHING]
    if not negatives or not negatives.is_learned:
        return labels.check_labels(clips, path)
    if labels.holds(path, negatives.label):
        return labels.check_labels([*clips, Clip(Path(), negatives.label, "")], path)
    order = labels.check_labels(clips, path)
    return order and [*order, negatives.label]
