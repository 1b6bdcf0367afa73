"""Clips: which recordings a data folder holds, with label and group."""

import re
from dataclasses import replace
from pathlib import Path

from classifier import artifact, recording, registry
from classifier.console import say
from Constants import DATA_LONG, DATA_SHORT, LABELS_FILE, SHIPPED_LABELS, InputError, read_labels


def read_clips(folder, group_by=None):
    """The clips of a data folder, in whichever layout of classifier/layouts it is.

    Args:
        folder: the data.
        group_by: a regular expression; its first group, searched in the file name, is the clip's group. Where not
            given, the layout says (for a folder per label: each recording is its own group).

    Raises:
        InputError: there is no such folder, nothing in it, or a file name the expression does not match.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; give one with a folder of recordings per label (--data)")
    layouts = [registry.load("layouts", name) for name in registry.names("layouts")]
    layout = next((layout for layout in layouts if layout.recognises(folder)), None)
    if layout is None:
        raise InputError(f"{folder} holds no data; put one folder of recordings per label into it")
    clips = layout.clips(folder)
    return [replace(clip, group=_group(clip, group_by)) for clip in clips] if group_by else clips


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


def default_data():
    """data_long when it holds recordings, else data_short; says which."""
    data = DATA_LONG if DATA_LONG.is_dir() and recording.find(DATA_LONG) else DATA_SHORT
    why = "" if data == DATA_LONG else f", because {DATA_LONG.name} holds no recordings yet"
    say(f"data: {data.name}{why}")
    return data


def label_order(clips, path=LABELS_FILE):
    """The labels of a labels file, after making sure that they are the labels of the clips.

    A file that is missing is written from the folders, sorted; so is the shipped labels.txt when it does not fit.

    Raises:
        InputError: file and folders differ; the message says how, and two ways to mend it.
    """
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
    with artifact.new_file(path) as fresh:
        fresh.write_text("\n".join(have) + "\n", encoding="utf-8")
    say(f"labels: {', '.join(have)}, written to {path} from the folders")
    return have
