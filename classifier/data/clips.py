"""Read a data folder's clips, with label and group.

The layout is recognised; an address is mirrored first.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from classifier.core import atomic_files, registry
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.core.text import natural
from classifier.data import layouts
from classifier.data.labels import read_labels
from classifier.data.layouts import Clip
from classifier.storage import local_files, mirror
from classifier.storage.locations import Location
from Constants import BACKGROUND, DATA_LONG, DATA_SHORT, LABELS_FILE, SHIPPED_LABELS

BY_LISTS = ("esc50", "split_files", "table", "urbansound8k")  # layouts that name each file, whatever its suffix


def read_clips(data: Location, group_by: str | None = None, layout: str | None = None) -> list[Clip]:
    """The clips of a data folder, in any layout of classifier/data/layouts.

    Args:
        data: a folder, or a csv file in the layout `table`; if it is an address, its mirror is brought up to date.
        group_by: a regular expression; its first group, searched in the file name, is the clip's group. Where not
            given, the layout says (for a folder per label: each recording is its own group).
        layout: a file of classifier/data/layouts; recognised where not given.

    Raises:
        InputError: there is no such folder, it is empty or not in that layout, it has fewer than two labels, or the
            expression does not match a file name.
    """
    data = mirror.updated(data)
    if not data.exists():
        raise InputError(f"{data}: there is no such folder; give one with a folder of recordings per label (--data)")
    clips = registry.load("layouts", layout or recognise(data)).clips(data)
    if len({clip.label for clip in clips}) < 2:
        raise InputError(
            f"{data} holds recordings of {len({clip.label for clip in clips})} label(s); "
            "a classifier needs at least two labels"
        )
    return [replace(clip, group=_group(clip, group_by)) for clip in clips] if group_by else clips


def left_out(data: Location, layout: str | None = None) -> list[str]:
    """Sentences on the files of a data folder that may be recordings, but are left out because of their suffixes.

    Args:
        data, layout: as of `read_clips`, which has read them.
    """
    folder = mirror.local_path(data)
    if folder.is_file() or (layout or recognise(folder)) in BY_LISTS:
        return []
    return list(filter(None, [local_files.left_out(folder)]))


def of_background_noise(folder: Path | str) -> list[Clip]:
    """The recordings of a folder of background noise, under a label that is not learned.

    Raises:
        InputError: there is no such folder, or it holds no recordings.
    """
    folder = Path(folder)
    paths = local_files.find_recordings(folder) if folder.is_dir() else []
    if not paths:
        raise InputError(
            f"{folder} holds no recordings; give a folder of sounds to mix behind training windows (--background-noise)"
        )
    return [Clip(path, BACKGROUND, path.name) for path in paths]


def recognise(data: Path) -> str:
    """The name of the layout of a folder or a csv file.

    Raises:
        InputError: none recognises it.
    """
    if data.is_file():
        return "table"
    names = sorted(registry.names("layouts"), key=lambda name: name == layouts.LAST)
    found = next((name for name in names if registry.load("layouts", name).recognises(data)), None)
    if found is None:
        raise InputError(f"{data} holds no data; put one folder of recordings per label into it")
    return found


def _group(clip, group_by):
    try:
        match = re.search(group_by, clip.path.name)
    except re.error as error:
        raise InputError(f"--group-by {group_by!r} is not a regular expression: {error}") from None
    if not match or not match.groups() or not match[1]:
        raise InputError(
            f"--group-by {group_by!r} finds no group in {clip.path.name!r}; it needs one pair of parentheses around "
            "the part of the name that says who or where, for example '^([^_]+)_'"
        )
    return match[1]


def default_data() -> Path:
    """data_long when it holds recordings, else data_short; prints which."""
    data = DATA_LONG if DATA_LONG.is_dir() and local_files.find_recordings(DATA_LONG) else DATA_SHORT
    why = "" if data == DATA_LONG else f", because {DATA_LONG.name} holds no recordings yet"
    say(f"data: {data.name}{why}")
    return data


def label_order(clips: Iterable[Clip], path: Path | str = LABELS_FILE) -> list[str]:
    """The labels in the order of the outputs: those of a labels file, which must be the labels of the clips.

    A missing file is written from the clips' labels, sorted, numbers as numbers; so is the shipped labels.txt when it
    does not fit.

    Raises:
        InputError: the file and the data differ; the message says how, and two remedies.
    """
    labels = check_labels(clips, path)
    if labels is None:
        labels = sorted({clip.label for clip in clips}, key=natural)
        with atomic_files.new_file(Path(path).resolve()) as fresh:
            fresh.write_text("\n".join(labels) + "\n", encoding="utf-8")
        say(f"labels: {', '.join(labels)}, written to {Path(path).resolve()} from the folders")
    return labels


def check_labels(clips: Iterable[Clip], path: Path | str = LABELS_FILE) -> list[str] | None:
    """The labels of a labels file; None where it is to be written from the folders. Errors are label_order's."""
    path = Path(path).resolve()
    have = sorted({clip.label for clip in clips})
    if path.exists():
        labels = read_labels(path)
        if sorted(labels) == have:
            return labels
        if path != LABELS_FILE or labels != SHIPPED_LABELS:
            only_there, only_here = (", ".join(sorted(set(a) - set(b))) for a, b in ((labels, have), (have, labels)))
            raise InputError(
                f"{path} and the folders of the data differ (only in the file: {only_there or 'none'}; only a folder: "
                f"{only_here or 'none'}). Delete {path.name} to have it written from the folders, or name another file "
                "with --labels"
            )
    return None
