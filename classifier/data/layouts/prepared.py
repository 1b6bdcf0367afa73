"""What PrepareData.py wrote: a folder per label, and a manifest that knows whose each recording is.

data_long/manifest.jsonl, data_long/song/anna 1.wav  ->  Clip(label="song", group="anna")

Recordings put there by hand are taken too; each is its own group, as in a plain folder per label.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath

from classifier.core.errors import InputError
from classifier.data.layouts import class_folders

MANIFEST = "manifest.jsonl"


def recognises(folder):
    return (folder / MANIFEST).is_file()


def clips(folder):
    """A clip per recording, with group, fold and side from the manifest.

    Raises:
        InputError: the manifest is damaged, or a label has no recording.
    """
    known = {output["path"]: entry for entry in read_manifest(folder) for output in entry["outputs"]}
    found = []
    for clip in class_folders.clips(folder):
        entry = known.get(clip.path.relative_to(folder).as_posix())
        origin = {name: entry[name] for name in ("group", "fold", "split_name")} if entry else {}
        found.append(replace(clip, **origin))
    return found


def read_manifest(folder):
    """The entries: one per job of PrepareData.py, with data, label, group, fold, side, inputs, settings and outputs.

    A last line that was cut off by a kill is left out.

    Raises:
        InputError: another line is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            missing = [name for name in ("data", "group", "fold", "split_name", "outputs", "id") if name not in entry]
            if missing:
                raise ValueError(f"{missing[0]!r} is missing")
            if not all(_is_inside(output["path"]) for output in entry["outputs"]):
                raise ValueError("an output lies outside of the folder")
            entries.append(entry)
        except (ValueError, TypeError, KeyError) as error:
            if number == len(lines) and not line.endswith("\n"):
                break
            raise InputError(
                f"{path}, line {number} is damaged ({error}); delete {path.name} and prepare the recordings again"
            ) from None
    return entries


def _is_inside(path):
    parts = PurePosixPath(path).parts
    return len(parts) > 1 and ".." not in parts and not path.startswith("/")
