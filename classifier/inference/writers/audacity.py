"""One label file per recording, for Audacity's File > Import > Labels: start, end and label, separated by tabs.

Format: Audacity Manual, "Importing and Exporting Labels".
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from classifier.inference.writers import Classified, on_one_line, write_each

NAME = "audacity"


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """Seconds with six digits."""
    write_each(classified, path, ".txt", _lines)


def _lines(recording: Classified) -> Iterator[str]:
    for segment in recording.segments:
        yield f"{segment.start:.6f}\t{segment.end:.6f}\t{on_one_line(segment.label)}"
