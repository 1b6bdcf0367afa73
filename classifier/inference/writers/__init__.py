"""What classified recordings are written as, a file of this folder each.

A file holds NAME, what it writes inside a folder, and `write(classified, labels, path)`: path is the file or the folder
of that name, not there yet, and classified an iterator, for a run may have more recordings than the memory holds.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Classified:
    """A recording, and what was heard in it.

    name: what a person calls it.
    file: the relative path for files of its own; no two recordings of a run have the same.
    seconds: how long it is.
    highest: Hz; up to where the model could hear.
    label, probability: what it is, by the mean of its windows; the label is None where it is none of them.
    segments: list of segments.Segment.
    """

    name: str
    file: str
    seconds: float
    highest: float
    label: str | None
    probability: float
    segments: list

    @property
    def seconds_of(self):
        """{label: seconds in which it is heard}, in the order of their beginnings."""
        found = {}
        for segment in self.segments:
            found[segment.label] = found.get(segment.label, 0.0) + segment.end - segment.start
        return found


def on_one_line(text):
    """A label for a file in which tabs and line ends mean something."""
    return " ".join(text.split())


def write_each(classified, folder, ending, lines):
    """A text file for each recording, where it lies: <folder>/<its path><ending>.

    Args:
        lines: of a recording, an iterator of str.
    """
    folder.mkdir()
    for recording in classified:
        path = folder / f"{recording.file}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines(recording)), encoding="utf-8", newline="\n")
