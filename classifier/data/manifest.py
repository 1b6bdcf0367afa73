"""The manifest of a prepared folder.

It says which inputs and settings made each output. One JSON line per job of PrepareData.py: id (a hash of all that
decides on the outputs), data, label, group, fold, split, inputs, settings, outputs, seconds and skipped; of an
unfinished job, begun and the first output.
"""

import glob
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from classifier.core import atomic_files
from classifier.core.errors import InputError

MANIFEST = "manifest.jsonl"
FIELDS = ("data", "group", "fold", "split", "outputs", "id")  # that every entry has

Entry = dict[str, Any]


def read_manifest(folder: Path) -> list[Entry]:
    """The entries of a folder's manifest; none where there is no manifest. A last line cut off by a kill is dropped.

    Raises:
        InputError: another line is damaged, or was written by a version with other fields.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return []
    lines = path.read_bytes().splitlines(keepends=True)
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line.decode("utf-8"))
            missing = [name for name in FIELDS if name not in entry]
            if missing:
                raise ValueError(f"{missing[0]!r} is missing")
            if not all(_is_inside(output["path"]) for output in entry["outputs"]):
                raise ValueError("an output lies outside of the folder")
            entries.append(entry)
        except (ValueError, TypeError, KeyError) as error:
            if number == len(lines) and not line.endswith(b"\n"):
                break
            raise InputError(
                f"{path}, line {number} is damaged ({error}); delete {path.name} and prepare the recordings again"
            ) from None
    return entries


def write_manifest(folder: Path, entries: Iterable[Entry]) -> None:
    """Replace a folder's manifest."""
    with atomic_files.new_file(folder / MANIFEST) as fresh:
        fresh.write_text("".join(map(as_line, entries)), encoding="utf-8")


def as_line(entry: Entry) -> str:
    """An entry as a line of the manifest."""
    return json.dumps(entry, ensure_ascii=False) + "\n"


def is_complete(entry: Entry, folder: Path) -> bool:
    """Whether a job was finished and all of its outputs are still there."""
    return "begun" not in entry and all((folder / output["path"]).is_file() for output in entry["outputs"])


def delete_outputs(entry: Entry, folder: Path) -> None:
    """Delete what a job wrote; of a killed one also further parts, and files under their temporary names."""
    for output in entry["outputs"]:
        path = folder / output["path"]
        path.unlink(missing_ok=True)
        if "begun" in entry:
            stem = glob.escape(path.stem)
            for left_over in [*path.parent.glob(f".*-{stem}.wav"), *path.parent.glob(f"{stem} @* s.wav")]:
                left_over.unlink(missing_ok=True)


def _is_inside(path):
    parts = PurePosixPath(path).parts
    return len(parts) > 1 and ".." not in parts and not path.startswith("/")
