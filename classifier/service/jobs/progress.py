"""How a training is going: its current step, its history and its log, without paths of the server."""

import csv
import json
import math
from pathlib import Path

import numpy as np

from classifier.core import processes, text
from classifier.records import artifact
from classifier.records.auto import AUTO, CANDIDATES
from classifier.service import schemas, scrub
from classifier.service.datasets import UPLOADED
from classifier.service.jobs import process
from classifier.service.jobs.folders import JobFolders
from classifier.service.jobs.request import COMPARE, SILENCE
from classifier.service.jobs.runs import Run
from classifier.service.settings import Settings
from classifier.storage import local_files
from classifier.training import unfinished
from classifier.training.command import CONVERT, DESCRIBE
from classifier.training.unfinished import STAGES, STATE

LOG_BYTES = 64 * 1024  # of a log that are shown
STEPS = {  # steps whose lines do not say what goes on
    CONVERT: "converting it for phones",
    DESCRIBE: "checking it in the runtimes of phones",
    SILENCE: "taking the sounds out of its report",
    COMPARE: "comparing it with the model before",
}

History = dict[str, list[float | None]]


class JobProgress:
    """Reads the folders of runs. History files are read again only when they have changed."""

    def __init__(self, settings: Settings, folders: JobFolders):
        self.settings, self.folders = settings, folders
        self._histories: dict[str, tuple[tuple, History]] = {}  # {uuid: (path and stamp, history)}

    def about(self, run: Run, n_before: int) -> schemas.Run:
        """A run as clients see it, without the log; n_before: of `current_step`."""
        history = self.history(run)
        result = None
        if run.status == "done":
            result = schemas.Result(
                modelname=run.modelname or "", finish_date=run.finish_date or "", duration=round(run.seconds, 1)
            )
        return schemas.Run(
            uuid=run.uuid,
            architecture=run.architecture,
            args=run.args,
            date=run.date,
            status=run.status,
            step=self.current_step(run, n_before),
            epoch=len(history["epoch"]) if history else run.epoch,
            result=result,
            error=run.error,
            history=history,
        )

    def current_step(self, run: Run, n_before: int) -> str | None:
        """What is going on, in a few words; None for a run that is over.

        Args:
            n_before: runs that are trained before it.
        """
        if run.status == "waiting":
            return f"waiting behind {n_before} other{'s' * (n_before != 1)}" if n_before else "waiting"
        if run.status != "running":
            return None
        lines = process.log_lines(self.folders.work(run.uuid), LOG_BYTES)
        prefix = process.STEP_PREFIX
        begun = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
        if not lines or lines[-1].startswith(prefix):
            return "starting"
        return STEPS.get(begun[-1] if begun else "") or self.scrubbed(run, lines[-1].strip())

    def history(self, run: Run) -> History:
        """{"epoch": [1, 2 ...], "loss": [one value per epoch] ...}; empty before the first epoch is done."""
        trained = self.folders.trained(run.uuid, run.architecture)
        done = self.settings.out / run.modelname if run.modelname and run.status == "done" else trained
        for path in (*_under_way(trained.parent, run.architecture), artifact.figures(done) / artifact.HISTORY):
            stamp = local_files.stamp(path)
            if not stamp:
                continue
            version = (path, stamp)
            if self._histories.get(run.uuid, (None,))[0] != version:
                try:
                    self._histories[run.uuid] = version, _read_history(path)
                except OSError:  # it was deleted, or replaced, since
                    continue
            return self._histories[run.uuid][1]
        return {}

    def sign_of_life(self, run: Run) -> tuple:
        """What changes as long as a training that runs says anything."""
        return (local_files.stamp(self.folders.work(run.uuid) / process.LOG),)

    def log(self, run: Run) -> str:
        """The end of what the steps wrote; of a progress bar, its last state."""
        is_moved = run.modelname and run.status == "done"
        folder = self.settings.out / str(run.modelname) if is_moved else self.folders.work(run.uuid)
        return self.scrubbed(run, "\n".join(process.log_lines(folder, LOG_BYTES)))

    def failure(self, run: Run, code: int) -> str:
        """Why a run failed, in a sentence; code: of processes.start."""
        lines = process.log_lines(self.folders.work(run.uuid), LOG_BYTES)
        return self.scrubbed(run, lines[-1] if lines and code >= 0 else processes.exit_reason(code))

    def stuck(self, run: Run, seconds: float) -> str:
        """Why a run was ended that said nothing for so long, in a sentence."""
        step = self.current_step(run, 0) or "starting"
        said = f"it said nothing for {text.duration(seconds)} and was stopped; its last words: {step}"
        return f"{said}; resume it, or look for what it waited for"

    def scrubbed(self, run: Run, words: str) -> str:
        """A text without paths of this machine."""
        uploaded = {Path(run.data): UPLOADED} if run.uploaded else {}
        own = {self.folders.work(run.uuid): "", self.folders.upload(run.uuid): UPLOADED}
        return scrub.scrub(words, {**scrub.folders(self.settings), **own, **uploaded})

    def forget(self, uuid: str) -> None:
        """Forget the history of a run."""
        self._histories.pop(uuid, None)


def _under_way(trained: Path, architecture: str) -> list[Path]:
    """What trainings that go on leave after each epoch; of the models of auto, the newest first."""
    names = CANDIDATES if architecture == AUTO else (architecture,)
    states = [unfinished.folder(trained, name, stage) / STATE for name in names for stage in STAGES]
    if architecture == AUTO:
        states.sort(key=lambda path: (local_files.stamp(path) or [0, 0])[1], reverse=True)
    return states


def _read_history(path: Path) -> History:
    """The history of a checkpoint or of a trained model's history.csv, with the numbers of the epochs."""
    if path.name == STATE:
        with np.load(path) as held:  # only what is asked for is read, and the file is only ever replaced whole
            columns = json.loads(str(held["about"]))["history"]
    else:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        columns = {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else ()) if name != "epoch"}
    n_epochs = len(next(iter(columns.values()), []))
    finite = {
        name: [value if math.isfinite(value) else None for value in values] for name, values in columns.items()
    }  # JSON has no other
    return {"epoch": list(range(1, n_epochs + 1)), **finite} if n_epochs else {}
