"""A prepared folder: a folder per label, and a manifest.

data_long/manifest.jsonl, data_long/song/anna 1.wav  ->  Clip(label="song", group="anna")

A recording that is not in the manifest is its own group, as in a plain folder per label.
"""

from dataclasses import replace
from pathlib import Path

from classifier.data.layouts import Clip, class_folders
from classifier.data.manifest import MANIFEST, read_manifest


def recognises(folder: Path) -> bool:
    """Whether PrepareData.py wrote the folder."""
    return (folder / MANIFEST).is_file()


def clips(folder: Path) -> list[Clip]:
    """A clip per recording, with group, fold and split from the manifest.

    Raises:
        InputError: the manifest is damaged, or a label has no recording.
    """
    known = {output["path"]: entry for entry in read_manifest(folder) for output in entry["outputs"]}
    found = []
    for clip in class_folders.clips(folder):
        entry = known.get(clip.path.relative_to(folder).as_posix())
        origin = {name: entry[name] for name in ("group", "fold", "split")} if entry else {}
        columns = {name: str(value) for name, value in origin.items() if value is not None}
        found.append(replace(clip, **origin, columns=columns))
    return found
