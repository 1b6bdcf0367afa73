"""UrbanSound8K as published: metadata/UrbanSound8K.csv and audio/fold<k>/.

100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark  ->  Clip(label="dog_bark", group="100032", fold=5)

A group is the Freesound recording that a slice was cut from; start and end tell where in it, and are not times in the
slice. The folds keep each recording in one window.
"""

from pathlib import Path

from classifier.data.layouts import Clip, existing, filled, rows, whole_number

LIST = "metadata/UrbanSound8K.csv"
COLUMNS = ("slice_file_name", "fsID", "fold", "class")


def recognises(folder: Path) -> bool:
    """Whether the list of UrbanSound8K is there."""
    return (folder / LIST).is_file()


def clips(folder: Path) -> list[Clip]:
    """A clip per line, the whole slice, labelled with its class.

    Raises:
        InputError: a recording is not there, a value is empty, or a fold is not a whole number.
    """
    source = folder / LIST
    found = []
    for line, row in rows(source, COLUMNS):
        fold = whole_number(row, "fold", source, line)
        path = folder / "audio" / f"fold{fold}" / filled(row, "slice_file_name", source, line)
        label, group = filled(row, "class", source, line), filled(row, "fsID", source, line)
        found.append(Clip(existing(path, source, line), label, group, fold, columns=row))
    return found
