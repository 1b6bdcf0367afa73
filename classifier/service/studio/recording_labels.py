"""The labels of one recording: a journal of edits, and the label track beside the audio that follows from it.

NAME/monday.wav    NAME/monday.txt (Audacity)    NAME/.studio/edits/monday.jsonl
"""

import functools
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from classifier.audio import recording
from classifier.core import atomic_files, typed_json
from classifier.core.journal import Journal
from classifier.data.annotations import Stretch, audacity
from classifier.service.settings import Conflict, Refused, TooLarge
from classifier.service.studio import edits as editing
from classifier.service.studio.edits import Edit, Painted
from classifier.storage import local_files

OWN, EDITS = ".studio", "edits"


class EditConflictError(Conflict):
    """Somebody else has edited the same stretch; mine: what was asked for; theirs: what was there first."""

    def __init__(self, mine: Edit, theirs: list[Edit]):
        super().__init__(
            f"somebody else has edited {mine.start:g} to {mine.end:g} s since you saw it: look at both, and edit again"
        )
        self.mine, self.theirs = mine, theirs


@dataclass(frozen=True)
class Labels:
    """What is known of a recording.

    Attributes:
        seconds: its length.
        edits: all that were made, the first one first.
        stretches: what follows from them.
    """

    seconds: float
    edits: list[Edit]
    stretches: list[Painted]

    @property
    def revision(self) -> int:
        """How many edits were made."""
        return len(self.edits)


@dataclass(frozen=True)
class RecordingLabels:
    """The labels of the recording of a path. Who writes holds the data set's lock."""

    path: Path

    @property
    def journal(self) -> Path:
        """Its edits."""
        return self.path.parent / OWN / EDITS / f"{self.path.stem}.jsonl"

    @property
    def track(self) -> Path:
        """Its label track."""
        return self.path.with_suffix(".txt")

    def read(self) -> Labels:
        """What the journal says; a last line that was not written whole does not count."""
        return _read(self, *(tuple(stamp or ()) for stamp in self.stamp()))

    def add(
        self, start: float, end: float, label: str | None, revision: int, most: int, undoes: int | None = None
    ) -> Labels:
        """Paint a stretch; the edit is on the disk when this returns.

        Args:
            revision: that the edit was made on; edits of others behind it stay, where they touch another stretch.
            most: edits that a recording may have.
            undoes: as of Edit.

        Raises:
            EditConflictError: somebody has edited the same stretch since that revision.
            Refused: there is no such stretch or revision.
            TooLarge: there are too many edits.
        """
        before = self.read()
        end = min(end, before.seconds)
        mine = Edit(
            before.revision + 1, *_rounded(start, end), label, undoes, datetime.now(UTC).isoformat("T", "seconds")
        )
        self._check(mine, before, revision, most)
        theirs = editing.since(before.edits, revision, mine.start, mine.end)
        if [_what(edit) for edit in theirs] == [_what(mine)]:
            return before  # the same was asked for before, and its response was lost
        if theirs:
            raise EditConflictError(mine, theirs)
        self._append(mine)
        self.write_track()
        return self.read()

    def undo(self, revision: int, most: int) -> Labels:
        """Take back the last edit that is in force.

        Raises:
            Refused: there is none.
            EditConflictError, TooLarge: as of `add`.
        """
        found = editing.in_force(self.read().edits)
        if not found:
            raise Refused(f"there is nothing to undo in {self.path.name}")
        last = found[-1]
        return self.add(last.start, last.end, last.label, revision, most, undoes=last.number)

    def write_track(self) -> None:
        """Write the label track, whole or not at all; there is none where nobody has said what is heard."""
        found = self.read()
        heard = [Stretch(of.label, of.start, of.end) for of in found.stretches if of.label is not None]
        if not heard and not editing.is_nothing(found.stretches, found.seconds):
            return self.track.unlink(missing_ok=True)
        written = "".join(f"{line}\n" for line in audacity.lines(heard))
        if self.track.is_file() and self.track.read_text(encoding="utf-8") == written:
            return None
        with atomic_files.new_file(self.track) as fresh:
            fresh.write_text(written, encoding="utf-8")
        return None

    def delete(self) -> None:
        """Delete audio, labels and edits."""
        for path in (self.path, self.track, self.journal):
            path.unlink(missing_ok=True)

    def stamp(self) -> tuple:
        """Changes when the recording or its labels do."""
        return local_files.stamp(self.path), local_files.stamp(self.journal)

    def edits(self) -> list[Edit]:
        """All edits, the first one first."""
        if not self.journal.is_file():
            return []
        with Journal(self.journal) as journal:
            keys = sorted(key.hex() for key in journal.offsets)
            return [typed_json.parse(Edit, journal.read(key)) for key in keys]

    def _append(self, edit: Edit) -> None:
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        with Journal(self.journal) as journal:
            journal.write(f"{edit.number:08x}", asdict(edit))
            os.fsync(journal.file.fileno())

    def _check(self, mine, before, revision, most):
        if mine.end - mine.start < editing.LEAST:
            raise Refused(
                f"{mine.start:g} to {mine.end:g} s is no stretch of {self.path.name}, which is {before.seconds:.2f} s "
                "long: give a start and a later end within it"
            )
        if not 0 <= revision <= before.revision:
            raise Refused(
                f"{self.path.name} has no revision {revision}, the newest is {before.revision}: read it again"
            )
        if before.revision >= most:
            raise TooLarge(f"{self.path.name} has {most} edits, and may have no more: delete it, and add it anew")


@functools.lru_cache(maxsize=10_000)
def _read(of: RecordingLabels, *stamps: tuple) -> Labels:
    found = of.edits()
    return Labels(recording.properties(of.path).seconds or 0.0, found, editing.stretches(found))


def _rounded(*times):
    return (round(time, editing.DIGITS) for time in times)


def _what(edit):
    """What an edit says, whoever made it, and when."""
    return edit.start, edit.end, edit.label, edit.undoes
