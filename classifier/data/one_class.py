"""Recordings of one class: what is normal is learned, all that is not only tests.

No abnormal recording is ever learned from, so a rare fault need not be recorded before it can be heard.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.core.errors import InputError
from classifier.data import clips as data_clips
from classifier.data import group_dealing, splits
from classifier.data.audio_cache import AudioCache
from classifier.data.labels import clean, listed
from classifier.data.layouts import Clip
from classifier.storage import mirror
from classifier.storage.locations import Location

NORMAL, ABNORMAL = LABELS = ("normal", "abnormal")  # in the order of the outputs
LAYOUT = "one_class"  # of a folder without folders of labels
BY_NAMES = "named_files"  # too little to go by: one machine's files have names, too
NAMED = 3  # recordings in a message


def read(
    data: Location,
    normal: str = NORMAL,
    group_by: str | None = None,
    layout: str | None = None,
    folds_by: str | None = None,
    ignore_folds: bool = False,
) -> list[Clip]:
    """The clips of a data set, as of clips.read_clips, each with one of LABELS.

    Args:
        normal: the data set's label of what is normal. A data set of one label is normal, whatever its label is.

    Raises:
        InputError: as of clips.read_clips and splits.without_folds, or no label is called so.
    """
    if layout is None and data_clips.recognised(mirror.updated(data)) in (None, BY_NAMES):
        layout = LAYOUT
    found = data_clips.read_clips(data, group_by, layout, least=1, folds_by=folds_by)
    known, wanted = sorted({clip.label for clip in found}), clean(normal)
    if len(known) == 1 and wanted == NORMAL:
        wanted = known[0]
    if wanted not in known:
        raise InputError(
            f"{data} has no recordings of the label {wanted!r}: name the one that is normal with --normal, of "
            f"{listed(known)}"
        )
    found = [replace(clip, label=NORMAL if clip.label == wanted else ABNORMAL) for clip in found]
    return splits.without_folds(found) if ignore_folds else found


def split(clips: Sequence[Clip], contents: Sequence[Hashable], fold: int = 0, seed: int = 0) -> np.ndarray:
    """The split of each clip: normal ones as of splits.split; abnormal ones test, or are left out.

    Left out are those that share a group or a sound with a normal clip that does not test, and those of another fold,
    source or split of the data set than the one that tests.

    Returns:
        (clips,) array of "train", "validation" or "test", or LEFT_OUT.

    Raises:
        NoFoldError, InputError: as of splits.split.
    """
    is_normal = np.array([clip.label == NORMAL for clip in clips])
    normal = np.flatnonzero(is_normal)
    names = np.full(len(clips), splits.LEFT_OUT, dtype="<U10")
    names[normal] = splits.split([clips[i] for i in normal], [contents[i] for i in normal], fold, seed)
    groups = group_dealing.joined(np.array([clip.group for clip in clips]), contents)
    learned = set(groups[np.isin(names, splits.SPLITS[:2])])
    tested = {_place(clips[i]) for i in normal if names[i] == splits.SPLITS[2]}
    for i in np.flatnonzero(~is_normal):
        tests = _place(clips[i]) in tested or clips[i].split == splits.SPLITS[2]
        if tests and groups[i] not in learned:
            names[i] = splits.SPLITS[2]
    return names


def _place(clip):
    """The data set's own fold, source and split."""
    return clip.fold, clip.source, clip.split


def check(audio: AudioCache, data: Location) -> None:
    """Look at normal recordings before anything is learned from them.

    Raises:
        InputError: one is digital silence, or all of several hold the same sound.
    """
    normal = [i for i, clip in enumerate(audio.clips) if clip.label == NORMAL]
    silent = [audio.clips[i].path for i in normal if not audio.samples(i).any()]
    audio.forget()
    if silent:
        raise InputError(
            f"{_named(silent)}: {len(silent)} normal recording(s) are digital silence, and a dead microphone would "
            "count as normal; remove them"
        )
    if len(normal) > 1 and len({audio.contents[i] for i in normal}) == 1:
        raise InputError(
            f"{data}: all {len(normal)} normal recordings hold the same sound, such as {audio.clips[normal[0]].path}; "
            "how much normal sounds differ cannot be learned from one: add other recordings"
        )


def _named(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ", ".join(map(str, paths[:NAMED])) + more
