"""ESC-50 as published: meta/esc50.csv, and the recordings in audio/.

1-100032-A.wav,1,0,dog,True,100032,A  ->  Clip(label="dog", group="100032", fold=1)

A group is the Freesound recording that a clip was cut from; no recording is in two folds.
"""

from pathlib import Path

from classifier.data.layouts import Clip, existing, filled, rows, whole_number

LIST = "meta/esc50.csv"
COLUMNS = ("filename", "fold", "category", "src_file")


def recognises(folder: Path) -> bool:
    """Whether the list of ESC-50 is there."""
    return (folder / LIST).is_file()


def clips(folder: Path) -> list[Clip]:
    """A clip per line, labelled with its category.

    Raises:
        InputError: a recording is not there, a value is empty, or a fold is not a whole number.
    """
    source = folder / LIST
    return [
        Clip(
            existing(folder / "audio" / filled(row, "filename", source, line), source, line),
            filled(row, "category", source, line),
            filled(row, "src_file", source, line),
            whole_number(row, "fold", source, line),
            columns=row,
        )
        for line, row in rows(source, COLUMNS)
    ]
