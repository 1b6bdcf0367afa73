"""One selection table per recording, for Raven Pro and Raven Lite, which open it with the recording of the same name.

Format: Raven Pro User's Manual, "Selection tables"; View, Channel and the frequencies must be there for a box to be
drawn. A box reaches from 0 Hz to the highest frequency that the model received, as models do not locate sounds in the
spectrum.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from classifier.inference.writers import Classified, on_one_line, write_each

NAME = "raven"
MEASURED = ("Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)")
FILE = ("Begin Path", "File Offset (s)")  # so that Raven finds the sound of tables that are opened together
COLUMNS = ("Selection", "View", "Channel", *MEASURED, "Label", "Score", *FILE)


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """Score is the peak of the label's probability."""
    write_each(classified, path, ".Table.1.selections.txt", _lines)


def _lines(recording: Classified) -> Iterator[str]:
    yield "\t".join(COLUMNS)
    for number, segment in enumerate(recording.segments, 1):
        box = f"{segment.start:.6f}\t{segment.end:.6f}\t0.000\t{recording.highest:.3f}"
        label, file = (
            on_one_line(segment.label),
            f"{on_one_line(recording.path or recording.name)}\t{segment.start:.6f}",
        )
        yield f"{number}\tSpectrogram 1\t1\t{box}\t{label}\t{segment.peak:.6f}\t{file}"
