"""One label file per recording, for Audacity's File > Import > Labels: start, end and label, separated by tabs.

Format: Audacity Manual, "Importing and Exporting Labels". Where only one label can be right at a time, labels do not
overlap: the files can be corrected and learned from (layout `annotations`).
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from classifier.data.annotations import Stretch, audacity
from classifier.inference.writers import Classified, write_each
from classifier.inference.writers._apart import apart

NAME = "audacity"


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """Seconds with six digits."""
    write_each(classified, path, ".txt", _lines)


def _lines(recording: Classified) -> Iterator[str]:
    return audacity.lines(Stretch(segment.label, segment.start, segment.end) for segment in apart(recording))
