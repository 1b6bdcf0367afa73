"""Read a data folder's clips, with label and group.

The layout is recognised; an address is mirrored first.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from classifier.core import registry
from classifier.core.console import say, say_once, warn
from classifier.core.errors import InputError
from classifier.data import attributes, label_lists, layouts, oddities
from classifier.data.labels import clean
from classifier.data.layouts import NO_LABEL, NOTHING, Clip, class_folders
from classifier.storage import local_files, mirror
from classifier.storage.locations import Location
from Constants import BACKGROUND, DATA_LONG, DATA_SHORT

SEVERAL = ("annotations", "table")  # layouts that can give a clip several labels
BY_LISTS = ("esc50", "split_files", "table", "urbansound8k")  # layouts that name each file, whatever its suffix


def read_clips(
    data: Location,
    group_by: str | None = None,
    layout: str | None = None,
    least: int = 2,
    known: Collection[str] = (),
    folds_by: str | None = None,
    nothing: bool = False,
    multi_label: bool = False,
) -> list[Clip]:
    """The clips of a data folder, in any layout of classifier/data/layouts; warns of what may be meant otherwise.

    Args:
        data: a folder, or a table in the layout `table`; if it is an address, its mirror is brought up to date.
        group_by: a column of the table, or a regular expression; its first group, searched in the file name, is the
            clip's group. Where not given, the layout says (for a folder per label: each recording is its own group).
        layout: a file of classifier/data/layouts; recognised where not given.
        least: labels there must be; with 1 the folder itself may be the label.
        known: labels of a trained model that is tested; they tell folders of labels from others.
        folds_by: as `group_by`, says the clip's source, in place of the data set's own folds and splits.
        nothing: whether to keep the clips of recordings in which nothing is heard, whose label is layouts.NOTHING.
        multi_label: whether a clip may have several labels, or none (Clip.several); parts of a recording may overlap.

    Raises:
        InputError: there is no such folder, it is empty or not in that layout, it has too few labels, a label that no
            file can hold, or the expression does not match a file name.
    """
    data = mirror.updated(data)
    if not data.exists():
        raise InputError(f"{data}: there is no such folder; give one with a folder of recordings per label (--data)")
    clips = oddities.cleaned(_read(data, layout, least, set(map(clean, known)), multi_label), data)
    if len(labels := sorted(set(label_lists.of_each(clips)) - {NOTHING})) < least:
        have = f"1 label ({labels[0]})" if labels else "no label"
        marked = any(clip.start or clip.end for clip in clips)
        way_out = ", or one and what is unlabelled (--unlabelled negatives)" if marked and labels else ""
        raise InputError(f"{data} holds recordings of {have}; a classifier needs at least two labels{way_out}")
    oddities.warn_of(clips, data)
    return _named([clip for clip in clips if nothing or clip.label != NOTHING], group_by, folds_by)


def _named(clips, group_by, folds_by):
    """The clips with the groups and sources that a person asks for, and without their columns."""
    groups = (
        attributes.read(clips, group_by, attributes.GROUP_BY, "^([^_]+)_")
        if group_by
        else [clip.group for clip in clips]
    )
    if not folds_by:
        return [replace(clip, group=group, columns={}) for clip, group in zip(clips, groups, strict=True)]
    sources = attributes.read(clips, folds_by, "--folds-by", "^([^-]+)-")
    if len(set(sources)) < 2:
        raise InputError(
            f"--folds-by {folds_by!r}: all recordings are of one source, {sources[0]!r}, and none would be left to "
            "train with; leave out --folds-by, or name what tells them apart"
        )
    anew = {"fold": None, "split": None, "columns": {}}
    return [
        replace(clip, group=group, source=source, **anew)
        for clip, group, source in zip(clips, groups, sources, strict=True)
    ]


def _read(data: Path, layout: str | None, least: int, known: set[str], several: bool = False) -> list[Clip]:
    """The clips of a folder or a table; a folder that holds nothing but one folder may stand for that one."""
    if layout:
        return _of_layout(layout, data, several)
    name, here = recognised(data), clean(data.resolve().name)
    if name == layouts.LAST and (inner := _only_folder(data)) and clean(inner.name) not in known:
        if recognised(inner) not in (None, "named_files"):  # file names alone are too little to go by
            warn(f"{data} holds one folder: the labels are taken from {inner}")
            return _read(inner, layout, least, known, several)
    clips = _of_layout(name, data, several) if name else []
    named = bool(known) and here in known and not {clean(clip.label) for clip in clips} <= known
    if data.is_dir() and (named or not name and least == 1):
        clips = registry.load("layouts", "one_class").clips(data)
        say_once(f"{data}: all {len(clips)} recordings are of one label, {here}")
    return clips if clips or name else _of_layout(recognise(data), data, several)


def _of_layout(name: str, data: Path, several: bool) -> list[Clip]:
    """The clips that a layout reads; with `several`, each has Clip.several: none where nothing is heard."""
    layout = registry.load("layouts", name)
    if not several:
        return layout.clips(data)
    found = layout.clips(data, several=True) if name in SEVERAL else layout.clips(data)
    return [_of_several(clip) for clip in found]


def _of_several(clip):
    if clip.several is not None:
        return clip
    return (
        replace(clip, label=NO_LABEL, several=())
        if clip.label == NOTHING
        else replace(clip, several=(clean(clip.label),))
    )


def _only_folder(data):
    """The folder in a folder that holds no other, and no recordings beside it; else None."""
    folders = class_folders.label_folders(data)
    beside = any(local_files.is_recording_name(path.name) and path.is_file() for path in data.iterdir())
    return folders[0] if len(folders) == 1 and not beside else None


def left_out(data: Location, layout: str | None = None) -> list[str]:
    """Sentences on the files of a data folder that may be recordings, but are left out because of their suffixes.

    Args:
        data, layout: as of `read_clips`, which has read them.
    """
    folder = mirror.local_path(data)
    if folder.is_file() or (layout or recognised(folder)) in BY_LISTS:
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
    """The name of the layout of a folder or a table.

    Raises:
        InputError: none recognises it.
    """
    if name := recognised(data):
        return name
    if held := local_files.find_recordings(data):
        raise InputError(
            f"{data} holds {len(held)} recordings, and nothing says their labels; put them into one folder per label, "
            "or a label file that is called like it beside each (docs/guide/label_files.md); if all of them "
            "are normal, and what is not shall be found, give --model normal_only (docs/guide/only_the_normal.md)"
        )
    raise InputError(f"{data} holds no data; put one folder of recordings per label into it")


def recognised(data: Path) -> str | None:
    """As `recognise`; None where no layout does.

    Raises:
        InputError: it is a recording itself.
    """
    if data.is_file():
        if local_files.is_recording_name(data.name):
            raise InputError(f"{data} is a recording; name the folder of all of them, or a table of their labels")
        return "annotations" if registry.load("layouts", "annotations").recognises(data) else "table"
    names = sorted(registry.names("layouts"), key=lambda name: name == layouts.LAST)
    return next((name for name in names if registry.load("layouts", name).recognises(data)), None)


def default_data() -> Path:
    """data_long when it holds recordings, else data_short; prints which."""
    data = DATA_LONG if DATA_LONG.is_dir() and local_files.find_recordings(DATA_LONG) else DATA_SHORT
    why = "" if data == DATA_LONG else f", because {DATA_LONG.name} holds no recordings yet"
    say(f"data: {data.name}{why}")
    return data
