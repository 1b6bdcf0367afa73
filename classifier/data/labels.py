"""Labels: their file, one label per line, and their order.

The order is that of the model's outputs.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from classifier.core import atomic_files
from classifier.core.console import say_once
from classifier.core.errors import InputError
from classifier.core.text import natural
from classifier.data.layouts import Clip
from Constants import LABELS_FILE, SILENT_LABELS

MOST_SAID = 10  # labels in a sentence


def read_labels(path: Path | str = LABELS_FILE) -> list[str]:
    """The labels of a file, in the order of the model's outputs.

    Unix and Windows line ends, a byte order mark and spaces inside a label are allowed.

    Raises:
        InputError: there is no such file, or it holds fewer than two labels, an empty line between labels, or a label
            twice.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").rstrip().splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; create it, with one label per line") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it again as UTF-8, one label per line") from None
    labels = [clean(line) for line in lines]
    for number, label in enumerate(labels, 1):
        if not label:
            raise InputError(f"{path}, line {number} is empty: remove it, every line is one output of the model")
        if label in labels[: number - 1]:
            first = labels.index(label) + 1
            raise InputError(f"{path}, line {number}: {label!r} is on line {first} already; remove one of them")
    if len(labels) < 2:
        raise InputError(f"{path} holds {len(labels)} label(s); a classifier needs at least two")
    return labels


def clean(label: str) -> str:
    """A label without blanks at its ends, in the composed form of Unicode: what looks the same is the same."""
    return unicodedata.normalize("NFC", label).strip()


def silent(labels: Sequence[str]) -> int | None:
    """The index of the label that means silence, the first of SILENT_LABELS that is there; None without any."""
    return next((labels.index(label) for label in SILENT_LABELS if label in labels), None)


def label_order(clips: Iterable[Clip], path: Path | str | None = None) -> list[str]:
    """The labels of clips in the order of the outputs; says which order where no file gives it.

    Args:
        path: a labels file that must hold these labels. None: the order of labels.txt where it holds them, else
            sorted; labels.txt is written where there is none, and never replaced.

    Raises:
        InputError: as of `check_labels`.
    """
    labels = check_labels(clips, path)
    if labels is not None:
        return labels
    labels = sorted(_of(clips), key=natural)
    if LABELS_FILE.exists():
        say_once(
            f"labels: {listed(labels)}, sorted; {LABELS_FILE.name} holds others (--labels FILE gives another order)"
        )
    else:
        with atomic_files.new_file(LABELS_FILE) as fresh:
            fresh.write_text("\n".join(labels) + "\n", encoding="utf-8")
        say_once(f"labels: {listed(labels)}, sorted, written to {LABELS_FILE}")
    return labels


def check_labels(clips: Iterable[Clip], path: Path | str | None = None) -> list[str] | None:
    """The labels of clips in the order of a labels file, as of `label_order`; None where no file gives it.

    Raises:
        InputError: the file that was named is not there, or it and the data differ; or a file cannot be read.
    """
    if path is None and not LABELS_FILE.exists():
        return None
    labels, have = read_labels(path or LABELS_FILE), _of(clips)
    if set(labels) == have:
        return labels
    if path is None:
        return None
    only_there, only_here = (listed(sorted(names)) or "none" for names in (set(labels) - have, have - set(labels)))
    raise InputError(
        f"--labels {path} and the data have different labels (only in the file: {only_there}; only in the data: "
        f"{only_here}); correct the file or the data, or leave out --labels: then the labels are sorted"
    )


def _of(clips):
    return {label for clip in clips for label in clip.labels}


def holds(path: Path | str | None, label: str) -> bool:
    """Whether the labels file that is named, else labels.txt where it is there, holds a label."""
    return (path is not None or LABELS_FILE.exists()) and label in read_labels(path or LABELS_FILE)


def listed(labels: Iterable[str]) -> str:
    """Labels in a sentence: the first MOST_SAID, and how many more there are."""
    labels = list(labels)
    more = f" and {len(labels) - MOST_SAID} more" if len(labels) > MOST_SAID else ""
    return ", ".join(labels[:MOST_SAID]) + more
