"""What data says that a person may not have meant: warnings, and labels that cannot be.

They are warned of once they are read, whatever the layout; what a layout cannot read is its own error.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from classifier.core.console import warn
from classifier.core.errors import InputError
from classifier.core.text import one_form, plain
from classifier.data.labels import clean, listed
from classifier.data.layouts import NOTHING, Clip
from classifier.storage import local_files

DATE = re.compile(r"(19|20)\d\d[\W_]?\d\d[\W_]?\d\d([\W_T].*)?|\d\d?[./-]\d\d?[./-](19|20)?\d\d")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def cleaned(clips: Sequence[Clip], data: Path) -> list[Clip]:
    """The clips with `clean` labels: blanks at their ends and forms of Unicode make no other label.

    Raises:
        InputError: a label is empty, not UTF-8, or holds a line break or another control character.
    """
    written = defaultdict(set)
    for label, clip in {clip.label: clip for clip in clips}.items():
        if not clean(label):
            raise InputError(f"{clip.path} has an empty label; give its folder a name, or fill it in")
        if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in clean(label)):
            raise InputError(
                f"{data}: the label {plain(label)!r} holds a line break, a control character or bytes that are not "
                f"UTF-8, which no labels file can hold; rename it ({plain(clip.path)})"
            )
        written[clean(label)].add(label)
    for label, forms in sorted(written.items()):
        if len(forms) > 1:
            warn(f"{data}: {label!r} is written in {len(forms)} ways that look the same; they are read as one label")
    return [replace(clip, label=clean(clip.label), group=one_form(clip.group)) for clip in clips]


def warn_of(clips: Sequence[Clip], data: Path) -> None:
    """Say what is odd about the labels, and which recordings and folders of a data folder are not read as such."""
    labels = sorted({label for clip in clips for label in clip.labels} - {NOTHING})
    for what, found, do in (
        ("differ only in capitals or in how they are written", _twins(labels), "rename one if they are one label"),
        (
            "have a semicolon or a bar",
            [label for label in labels if ";" in label or "|" in label],
            "each is read as one label; --multi-label reads them as several",
        ),
        ("have a comma", [label for label in labels if "," in label], "each is read as one label, comma and all"),
        *_of_all(labels, DATE, "are dates"),
        *_of_all(labels, NUMBER, "are numbers"),
    ):
        if found:
            warn(f"{data}: these labels {what}: {', '.join(plain(repr(label)) for label in found[:10])}; {do}")
    if data.is_dir():
        _warn_of_folders(clips, data)


def _of_all(labels, pattern: re.Pattern, what):
    """A warning where all labels are alike in what is rarely a label."""
    alike = bool(labels) and all(pattern.fullmatch(label) for label in labels)
    return [
        (what, labels if alike else [], "if they are not what you want to tell apart, give another layout or table")
    ]


def _twins(labels: Iterable[str]) -> list[str]:
    alike = defaultdict(list)
    for label in labels:
        alike[re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", label).casefold())].append(label)
    return [label for same in alike.values() if len(same) > 1 for label in same]


def _warn_of_folders(clips, data):
    used = {clip.path for clip in clips}
    unused = [path for path in local_files.find_recordings(data) if path not in used]
    if unused:  # or a table wrote their paths in another way
        resolved = {path.resolve() for path in used}
        unused = [path for path in unused if path.resolve() not in resolved]
    if unused:
        names = listed(plain(path.relative_to(data).as_posix()) for path in unused)
        warn(
            f"{data}: {len(unused)} of its recordings have no label and are not used: {names}; put them into "
            "the folder of their label, or list them, or move them away"
        )
    labels, inside, levels = {clip.label for clip in clips}, defaultdict(set), defaultdict(set)
    for clip in clips:
        parts = clip.path.relative_to(data).parts[:-1] if clip.path.is_relative_to(data) else ()
        cleaned_parts = [clean(part) for part in parts]
        if clip.label in cleaned_parts:
            for level, part in enumerate(cleaned_parts[cleaned_parts.index(clip.label) + 1 :]):
                inside[part].add(clip.label)
                if clip.split is None and clip.fold is None:  # else the folders may say it
                    levels[level, part].add(clip.label)
    for part, owners in sorted(inside.items()):
        if part in labels and owners != {part}:
            warn(
                f"{data}: a folder {part!r} lies in the folder of {listed(sorted(owners - {part}))}, and its "
                f"recordings have that label; move them if they are {part}"
            )
    shared = defaultdict(list)
    for (level, part), owners in sorted(levels.items()):
        if len(owners) > 1 and part not in labels:
            shared[level].append(part)
    if several := next((parts for parts in shared.values() if len(parts) > 1), []):
        warn(f"{data}: the labels are {listed(sorted(labels))}, and not the folders in them: {listed(several)}")
