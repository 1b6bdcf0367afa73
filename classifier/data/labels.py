"""The labels file: one label per line.

Its order is the order of the model's outputs.
"""

from pathlib import Path

from classifier.core.errors import InputError
from Constants import LABELS_FILE


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
    labels = [line.strip() for line in lines]
    for number, label in enumerate(labels, 1):
        if not label:
            raise InputError(f"{path}, line {number} is empty: remove it, every line is one output of the model")
        if label in labels[: number - 1]:
            first = labels.index(label) + 1
            raise InputError(f"{path}, line {number}: {label!r} is on line {first} already; remove one of them")
    if len(labels) < 2:
        raise InputError(f"{path} holds {len(labels)} label(s); a classifier needs at least two")
    return labels
