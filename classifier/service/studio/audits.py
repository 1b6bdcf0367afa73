"""What PrepareData.py --check finds in a data set of Studio, in a process of its own; asked again when it changed."""

import json
import subprocess
import sys
import threading
from pathlib import Path

from classifier.data import audit
from classifier.service import scrub
from classifier.service.settings import Settings
from classifier.service.studio.data_sets import DataSet
from classifier.service.studio.schemas import Warning, Warnings
from Constants import ROOT

SECONDS = 120  # that a check may take


class Audits:
    """The last audit of each data set; one is made at a time."""

    def __init__(self, settings: Settings):
        self.settings, self.lock = settings, threading.Lock()
        self.known: dict[Path, tuple[tuple, list[Warning]]] = {}

    def warnings(self, of: DataSet) -> Warnings:
        """What a person should look at in a data set; of before, while another audit is made."""
        stamp = tuple((one.path, *map(str, one.stamp())) for one in of.recordings())
        if self.known.get(of.folder, (None,))[0] != stamp and self.lock.acquire(blocking=False):
            try:
                self.known[of.folder] = stamp, self._check(of)
            finally:
                self.lock.release()
        known, found = self.known.get(of.folder, (None, []))
        return Warnings(warnings=found, current=known == stamp)

    def _check(self, of: DataSet) -> list[Warning]:
        if not any(one.track.is_file() and one.track.stat().st_size for one in of.recordings()):
            return []  # nothing is labelled yet
        arguments = [f"--check={of.folder}", "--layout=annotations", "--json"]
        command = [sys.executable, str(ROOT / "PrepareData.py"), *arguments]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return [Warning(what=f"the check took more than {SECONDS} s: run PrepareData.py --check on the server")]
        names = {**scrub.folders(self.settings), of.folder: ""}
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["the check failed"])[-1]
            return [Warning(what=scrub.scrub(last.removeprefix("PrepareData.py: "), names))]
        found = audit.notes(json.loads(done.stdout))
        return [
            Warning(what=what, names=[scrub.scrub(name, names) for name in of_what])
            for what, of_what in found.items()
            if of_what
        ]
