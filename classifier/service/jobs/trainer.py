"""The queue of trainings: one at a time, first come first served, each in processes that end with the server.

home/work/<uuid>/     job.json  log.txt  labels.txt  trained/     while it is trained, and as long as it can go on
home/uploads/<uuid>/  data that came with a request
out/<architecture>_<date>/     the trained model, moved here whole
"""

import contextlib
import csv
import errno
import json
import math
import os
import shutil
import signal
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from classifier.core import atomic_files, registry
from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.service import datasets, scrub
from classifier.service.datasets import Datasets
from classifier.service.jobs import arguments, process
from classifier.service.jobs.runs import new_uuid, now
from classifier.service.settings import Busy, Conflict, NotFound
from classifier.storage import local_files

STATE = "state.npz"  # of classifier/training/checkpoint.py, whose import would import Keras
LAST_SAID = 64 * 1024  # bytes of a log that are shown
POLL = 0.2  # seconds between looks at the process
DOING = {  # what goes on in scripts whose lines do not say it
    "ConvertModelToTFLite.py": "converting it for phones",
    "WriteMetadataToModel.py": "asking the clients of phones whether they agree",
}
GRACE = 10  # seconds that processes have to stop when they are asked to
GOES_ON = ("interrupted", "cancelled", "error")  # a run of such a status can be resumed


class Trainer:
    """Trains what is in the queue, in a thread, until it is closed. All methods may be called from any thread."""

    def __init__(self, settings, runs):
        self.settings, self.runs = settings, runs
        self.work, self.uploads = (settings.home.resolve() / name for name in ("work", "uploads"))
        self.changed = threading.Condition()
        self.child = self.running = self.ending = None
        self.closing = False
        self.datasets = Datasets(settings)
        self.read = {}  # histories, and the stamps they go by
        self._put_in_order()
        self.thread = threading.Thread(target=self._train_all, name="trainer", daemon=True)
        self.thread.start()

    # What clients ask for.

    def submit(self, architecture, args, upload=None, kept=False):
        """Put a training at the end of the queue.

        Args:
            architecture: a file of classifier/models.
            args: dict of dataset_directory (a name of Datasets), epochs, fold, seed, group_by, layout; all optional.
            upload: an archive of a folder per label, to learn from instead of dataset_directory.
            kept: what was uploaded stays when the training is done.

        Returns:
            The Run.

        Raises:
            NotFound: there is no such architecture, data or layout. Busy: too many wait.
            InputError: an argument, or what was uploaded, cannot be used; nothing is left behind.
        """
        if architecture not in registry.names("models"):
            raise NotFound(f"there is no architecture {architecture[:40]!r}; /v2/models/ lists those there are")
        args = arguments.checked({name: value for name, value in args.items() if value is not None})
        self._check_that_there_is_room()
        name = new_uuid()
        if upload is None:
            args.setdefault("dataset_directory", self.datasets.default())
            data = self.datasets.path(args["dataset_directory"])
        else:
            if args.get("dataset_directory") or args.get("layout"):
                raise InputError("data is uploaded, as a folder per label: leave out dataset_directory and layout")
            data = datasets.unpacked(Path(upload), self.uploads / name, self.settings)
        try:
            with self.changed:
                self._check_that_there_is_room()
                (self.work / name).mkdir(parents=True)
                run = self.runs.add(architecture, args, data, upload is not None, bool(kept), name)
                self.changed.notify_all()
        except BaseException:
            self._delete(name)
            raise
        return run

    def cancel(self, name):
        """Stop a run that waits or is trained; what it has done is kept for `resume`.

        Returns:
            The Run; "done" if it became so in the meantime.

        Raises:
            NotFound: there is no such run. Conflict: it is over.
        """
        with self.changed:
            run = self.runs.get(name)
            if run.status == "waiting":
                return self.runs.update(name, status="cancelled", finish_date=now())
            if run.status != "running":
                raise Conflict(f"training {name} is over ({run.status}); there is nothing to cancel")
            if self.running != name:  # its end could not be written down
                return self.runs.update(name, status="cancelled", finish_date=now())
            self._end("cancelled")
            return self.runs.get(name)

    def resume(self, name):
        """Put a run that was stopped or that failed at the end of the queue; it goes on where it was.

        Raises:
            NotFound: there is no such run. Conflict: it is none of those, or its work is gone. Busy: too many wait.
        """
        with self.changed:
            run = self.runs.get(name)
            if run.status not in GOES_ON:
                raise Conflict(f"training {name} is {run.status}; only {', '.join(GOES_ON)} ones go on")
            if not (self.work / name).is_dir() or not Path(run.data).exists():
                raise Conflict(f"what training {name} had done, or its data, is gone; start another one")
            self._check_that_there_is_room()
            run = self.runs.queue(name)
            self.changed.notify_all()
            return run

    def forget(self, name):
        """Delete a run's record, its work and what was uploaded for it unless that is to be kept.

        Raises:
            NotFound: there is no such run. Conflict: it is being trained.
        """
        with self.changed:
            run = self.runs.get(name)
            if run.status == "running":
                raise Conflict(f"training {name} is running; cancel it first")
            self._delete(name, run.kept)
            self.runs.forget(name)
            self.read.pop(name, None)

    def close(self):
        """End the training under way, which is then interrupted; what waits will go on when the next one opens."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()
            self._end("interrupted")
        self.thread.join()

    # What can be said of a run.

    def about(self, run):
        """A run as clients see it.

        Returns:
            dict of uuid, architecture, args, date, status, doing, epoch, result, error, history.
        """
        history = self.history(run)
        result = {"modelname": run.modelname, "finish_date": run.finish_date, "duration": round(run.seconds, 1)}
        return {
            **{name: getattr(run, name) for name in ("uuid", "architecture", "args", "date", "status")},
            "doing": self.doing(run),
            "epoch": history["epoch"][-1] if history else run.epoch,
            "result": result if run.status == "done" else None,
            "error": run.error,
            "history": history,
        }

    def doing(self, run):
        """What is going on, in a few words; None of a run that is over."""
        if run.status == "waiting":
            before = sum(other.place < run.place for other in self.runs.waiting()) + (self.running is not None)
            return f"waiting behind {before} other{'s' * (before != 1)}" if before else "waiting"
        if run.status != "running":
            return None
        lines = process.said(self.work / run.uuid, LAST_SAID)
        begun = [line.removeprefix(process.BEGINS) for line in lines if line.startswith(process.BEGINS)]
        if not lines or lines[-1].startswith(process.BEGINS):
            return "starting"
        return DOING.get(begun[-1] if begun else None) or self._scrubbed(run, lines[-1].strip())

    def history(self, run):
        """{"epoch": [1, 2 ...], "loss": [a value an epoch] ...}; empty before the first epoch is done."""
        folder = self.work / run.uuid / process.TRAINED
        done = self.settings.out / run.modelname if run.status == "done" else folder / run.architecture
        for path in (*folder.glob(f".{run.architecture}.*/{STATE}"), done / artifact.HISTORY):
            stamp = local_files.stamp(path)
            if stamp and self.read.get(run.uuid, (None,))[0] != (path, stamp):
                try:
                    self.read[run.uuid] = (path, stamp), _history(path)
                except OSError:  # it was taken away, or replaced, since
                    continue
            if stamp:
                return self.read[run.uuid][1]
        return {}

    def log(self, name):
        """The end of what the scripts said; of a progress bar, its last state.

        Raises:
            NotFound: there is no such run.
        """
        run = self.runs.get(name)
        folder = self.settings.out / run.modelname if run.status == "done" else self.work / name
        return self._scrubbed(run, "\n".join(process.said(folder, LAST_SAID)))

    def _scrubbed(self, run, text):
        uploaded = {run.data: "the uploaded data"} if run.uploaded else {}
        own = {self.work / run.uuid: "", self.uploads / run.uuid: "the uploaded data"}
        return scrub.scrub(text, {**scrub.folders(self.settings), **own, **uploaded})

    # The queue.

    def _train_all(self):
        while run := self._next():
            started = time.monotonic()
            with self.changed:
                while self.child.poll() is None:
                    self.changed.wait(POLL)
                process.send(self.child, process.KILL)  # what it may have left behind
                self.child.stdin.close()
                run = replace(run, seconds=run.seconds + time.monotonic() - started)
                self._guarded(self._finish, run, self.child.returncode)
                self.child = self.running = self.ending = None
                self.changed.notify_all()

    def _next(self):
        """Start the run that waits longest, as soon as there is one; None when the trainer is closed."""
        with self.changed:
            while not self.closing:
                if waiting := self.runs.waiting():
                    if run := self._guarded(self._start, waiting[0]):
                        return run
                self.changed.wait(GRACE if waiting else None)

    def _guarded(self, work, run, *args):
        """Do something for a run; what cannot be done, because the disk is full for one, is said in its record."""
        try:
            return work(run, *args)
        except Exception as error:  # the queue goes on
            why = self._scrubbed(run, f"{type(error).__name__}: {error}")
            with contextlib.suppress(sqlite3.Error):
                self.runs.update(run.uuid, status="error", error=why, finish_date=now())

    def _start(self, run):
        folder = self.work / run.uuid
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_files.new_file(folder / process.JOB) as fresh:
            fresh.write_text(json.dumps(arguments.commands(run, folder)), encoding="utf-8")
        run = self.runs.update(run.uuid, status="running")
        self.child = process.start(process.__name__, folder, log=folder / process.LOG)
        self.running = run.uuid
        return run

    def _end(self, status):
        """Ask the processes of the run under way to end, then make them; what becomes of it is `status`."""
        child, self.ending = self.child, status
        if child:
            process.send(child, signal.SIGTERM)
            if not self.changed.wait_for(lambda: self.child is not child, GRACE):
                process.send(child, process.KILL)
                self.changed.wait_for(lambda: self.child is not child)

    def _finish(self, run, code):
        """Write down how a run ended; a trained model takes its place."""
        epochs = self.history(run).get("epoch", [None])
        ended = {"seconds": run.seconds, "epoch": epochs[-1], "finish_date": now()}
        if code == 0:
            self._move(run)
            self.runs.update(run.uuid, status="done", **ended)
            self._delete(run.uuid, run.kept)
        elif self.ending:
            self.runs.update(run.uuid, status=self.ending, **ended)
        else:
            lines = process.said(self.work / run.uuid, LAST_SAID)
            why = process.killed(code) if code < 0 else lines[-1] if lines else f"it ended with {code} and said nothing"
            self.runs.update(run.uuid, status="error", error=self._scrubbed(run, why), **ended)

    def _move(self, run):
        """The trained folder to where trained models are; its name is noted first, should we be killed in between."""
        folder = self.work / run.uuid
        trained = folder / process.TRAINED / run.architecture
        shutil.copyfile(folder / process.LOG, trained / process.LOG)
        self.settings.out.mkdir(parents=True, exist_ok=True)
        date = datetime.now(UTC)
        while (target := self.settings.out / f"{run.architecture}_{date:%Y-%m-%d_%H%M%S}").exists():
            date += timedelta(seconds=1)
        self.runs.update(run.uuid, modelname=target.name)
        try:
            os.replace(trained, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with atomic_files.new_folder(target) as fresh:  # onto another file system
                shutil.copytree(trained, fresh, dirs_exist_ok=True)

    def _put_in_order(self):
        """After a kill: note what was done, and delete what belongs to no run."""
        for folder in (self.work, self.uploads):
            folder.mkdir(parents=True, exist_ok=True)
        for run in self.runs.all():
            if run.status != "done" and run.modelname:
                moved = (self.settings.out / run.modelname).is_dir()
                changes = {"status": "done", "finish_date": run.finish_date or now()} if moved else {"modelname": None}
                run = self.runs.update(run.uuid, **changes)
            if run.status == "done":
                self._delete(run.uuid, run.kept)
        known = {run.uuid for run in self.runs.all()}
        half_unpacked = self.uploads.glob(".*")
        for left in (*half_unpacked, *(path for path in self.work.iterdir() if path.name not in known)):
            shutil.rmtree(left, ignore_errors=True)

    def _delete(self, name, but_for_the_upload=False):
        shutil.rmtree(self.work / name, ignore_errors=True)
        if not but_for_the_upload:
            shutil.rmtree(self.uploads / name, ignore_errors=True)

    # What a request says.

    def _check_that_there_is_room(self):
        if len(self.runs.waiting()) >= self.settings.queued:
            raise Busy(f"{self.settings.queued} trainings wait already; try again when some of them are done")


def _history(path):
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
