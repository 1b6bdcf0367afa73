"""What to listen to next: the stretches of which the model of a data set is least certain, as of SuggestLabels.py."""

import csv
import subprocess
import sys
import threading
from pathlib import Path, PurePosixPath

from classifier.inference.suggestions.config import UNCERTAIN
from classifier.service import scrub, workers
from classifier.service.settings import Busy, Refused, Settings
from classifier.service.studio.data_sets import DataSet
from classifier.service.studio.edits import Painted
from classifier.service.studio.schemas import Suggestion
from Constants import ROOT

TOP = 20  # stretches that are suggested
LOOKED_AT = 200  # stretches, before those that are labelled are left out
APART = 2  # seconds between two of a recording
SECONDS = 100  # that it may take
MOST_LABELLED = 0.5  # share of a stretch


class Suggestions:
    """Made one after the other; what is computed of recordings is deleted at once."""

    def __init__(self, settings: Settings):
        self.settings, self.lock = settings, threading.Lock()

    def of(self, data_set: DataSet, model: Path) -> list[Suggestion]:
        """The stretches that nobody has labelled, the most useful first.

        Args:
            model: folder of the trained model.

        Raises:
            Busy: others are made at the moment.
            Refused: they cannot be made; the message says why.
        """
        if not self.lock.acquire(blocking=False):
            raise Busy("suggestions are being made for somebody else; try again in a few seconds", 5)
        try:
            with workers.staged(self.settings) as folder:
                rows = self._rows(data_set, model, folder)
        finally:
            self.lock.release()
        known = {one.path.name: one.read().stretches for one in data_set.recordings()}
        found = [_suggestion(row) for row in rows]
        return [one for one in found if one.recording in known and not _is_labelled(one, known[one.recording])][:TOP]

    def _rows(self, data_set: DataSet, model: Path, folder: Path) -> list[dict[str, str]]:
        flags = {"model": model, "by": UNCERTAIN, "top": LOOKED_AT, "apart": APART, "writers": "csv", "jobs": 1}
        flags |= {"out": folder / "out", "kept": folder / "kept"}
        given = [f"--{name}={value}" for name, value in flags.items()]
        command = [sys.executable, str(ROOT / "SuggestLabels.py"), str(data_set.folder), *given]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise Refused(f"suggestions took more than {SECONDS} s: run SuggestLabels.py on the server") from None
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
            raise Refused(scrub.scrub(last, {**scrub.folders(self.settings), data_set.folder: ""}))
        with (folder / "out" / "segments.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


def _suggestion(row: dict[str, str]) -> Suggestion:
    return Suggestion(
        recording=PurePosixPath(row["recording"]).name,
        start=float(row["start"]),
        end=float(row["end"]),
        label=row["label"].removeprefix("'").removesuffix("?"),
        probability=float(row["peak"]),
    )


def _is_labelled(one: Suggestion, known: list[Painted]) -> bool:
    labelled = sum(max(0.0, min(one.end, of.end) - max(one.start, of.start)) for of in known)
    return labelled > MOST_LABELLED * (one.end - one.start)
