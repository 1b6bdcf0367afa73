"""Layouts of data sets, a file each: `recognises(folder)` and `clips(folder)`, which returns a list of Clip."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clip:
    """A row of a data set. Clips of one group share a speaker, a room or a source: they stay on one side of a split."""

    path: Path
    label: str
    group: str
    fold: int | None = None
