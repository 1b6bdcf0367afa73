"""One selection table per recording, for Raven Pro and Raven Lite, which open it with the recording of the same name.

Begin Path and File Offset are there so that Raven finds the sound of tables that are opened together. A box reaches
from 0 Hz to the highest frequency that the model received, as models do not locate sounds in the spectrum. Boxes do not
overlap where only one label can be right at a time: the tables can be corrected and learned from.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from classifier.data.annotations import Stretch, raven
from classifier.inference.writers import Classified, write_each
from classifier.inference.writers._apart import apart

NAME = "raven"


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """Score is the peak of the label's probability."""
    write_each(classified, path, ".Table.1.selections.txt", _lines)


def _lines(recording: Classified) -> Iterator[str]:
    segments = apart(recording)
    stretches = [Stretch(segment.label, segment.start, segment.end) for segment in segments]
    peaks = [segment.peak for segment in segments]
    channel = 1 if recording.channel is None else recording.channel + 1
    return raven.lines(stretches, recording.highest, peaks, recording.path or recording.name, channel)
