"""The queue of trainings: one at a time, first come first served, each in processes that end with the server."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import Popen

from classifier.core import processes, registry
from classifier.core.errors import InputError
from classifier.records.auto import AUTO
from classifier.service import datasets, schemas
from classifier.service.datasets import Datasets
from classifier.service.jobs import expression, process
from classifier.service.jobs.folders import JobFolders
from classifier.service.jobs.progress import JobProgress
from classifier.service.jobs.request import TrainingRequest, steps
from classifier.service.jobs.runs import Run, Runs, new_uuid
from classifier.service.settings import Busy, Conflict, NotFound, Settings
from classifier.service.uploads import Uploads

POLL_SECONDS = 0.2  # between two checks of the process
STOP_SECONDS = 10  # a process has to end when it is asked to
CLOSE_SECONDS = 4  # the same, when the server is being stopped
RETRY_SECONDS = 10  # after which a run that could not be started is tried again
MODELS = ("start", "compare")  # what requests name by the folder in `out`
RESUMABLE = ("interrupted", "cancelled", "error")  # statuses of a run that can go on


class TrainingQueue:
    """Trains what is in the queue, in a thread, until it is closed. All methods may be called from any thread."""

    def __init__(self, settings: Settings, runs: Runs):
        self.settings, self.runs = settings, runs
        self.folders = JobFolders(settings)
        self.progress = JobProgress(settings, self.folders)
        self.datasets = Datasets(settings)
        self.changed = threading.Condition()
        self.child: Popen | None = None
        self.running: str | None = None  # uuid of the run that is trained
        self.ending: str | None = None  # status that it will have, where it was asked to end
        self.stuck: str | None = None  # why it was ended, where it said nothing any more
        self.closing = False
        self._put_in_order()
        self.uploads = Uploads(settings, runs.all, self.changed)
        self.thread = threading.Thread(target=self._train_all, name="training queue", daemon=True)
        self.thread.start()

    # What clients ask for.

    def submit(
        self, architecture: str, request: TrainingRequest, upload: Path | None = None, keep_upload: bool = False
    ) -> Run:
        """Put a training at the end of the queue.

        Args:
            architecture: a file of classifier/models, or auto: the best of a few.
            request: what the client chose.
            upload: an archive with one folder per label, to learn from in place of a dataset_directory.
            keep_upload: what was uploaded stays when the training is done.

        Raises:
            NotFound: there is no such architecture or data.
            Busy: too many wait.
            InputError: what was uploaded cannot be used, or data is named too; nothing is left behind.
        """
        if architecture not in (AUTO, *registry.names("models")):
            raise NotFound(f"there is no architecture {architecture[:40]!r}; /v2/models/ lists those there are")
        self._check_room()
        uuid = new_uuid()
        if upload is None:
            name = request.dataset_directory or self.datasets.default()
            again = self.uploads.path(name)
            request, data = replace(request, dataset_directory=name), again or self.datasets.path(name)
        else:
            if request.dataset_directory or request.layout:
                raise InputError("data is uploaded, and its layout is found: leave out dataset_directory and layout")
            again = None
            self.uploads.check_room()
            data = datasets.unpacked(Path(upload), self.folders.upload(uuid), self.settings)
        try:
            if upload:
                self.uploads.check_room(new=data)
            if request.group_by:
                expression.check(request.group_by, datasets.file_names(data, request.layout))
            with self.changed:
                self._check_room()
                if again and not data.is_dir():
                    raise NotFound(f"{again.name} was deleted a moment ago; upload it again")
                self.folders.work(uuid).mkdir(parents=True)
                uploaded, kept = upload is not None or again is not None, keep_upload or again is not None
                run = self.runs.add(architecture, request.as_args(), data, uploaded, kept, uuid)
                self.changed.notify_all()
        except BaseException:
            self.folders.delete(uuid)
            raise
        return run

    def cancel(self, uuid: str) -> Run:
        """Stop a run that waits or is trained; what it has done is kept for `resume`.

        Returns:
            The run; its status is "done" if it became so in the meantime.

        Raises:
            NotFound: there is no such run.
            Conflict: it is over.
        """
        with self.changed:
            run = self.runs.get(uuid)
            if run.status == "waiting":
                return self.runs.update(uuid, status="cancelled", finish_date=self.runs.now())
            if run.status != "running":
                raise Conflict(f"training {uuid} is over ({run.status}); there is nothing to cancel")
            if self.running != uuid:  # its end could not be written down
                return self.runs.update(uuid, status="cancelled", finish_date=self.runs.now())
            self._end("cancelled")
            return self.runs.get(uuid)

    def resume(self, uuid: str) -> Run:
        """Put a run that was stopped or that failed at the end of the queue; it goes on where it was.

        Raises:
            NotFound: there is no such run.
            Conflict: it has another status, or its work is gone.
            Busy: too many wait.
        """
        with self.changed:
            run = self.runs.get(uuid)
            if run.status not in RESUMABLE:
                raise Conflict(f"training {uuid} is {run.status}; only {', '.join(RESUMABLE)} ones go on")
            if not self.folders.work(uuid).is_dir() or not Path(run.data).exists():
                raise Conflict(f"the work of training {uuid}, or its data, is gone; start another one")
            self._check_room()
            run = self.runs.queue(uuid)
            self.changed.notify_all()
            return run

    def forget(self, uuid: str) -> None:
        """Delete a run's record, its work, and what was uploaded for it unless that is to be kept.

        Raises:
            NotFound: there is no such run.
            Conflict: it is being trained.
        """
        with self.changed:
            run = self.runs.get(uuid)
            if run.status == "running":
                raise Conflict(f"training {uuid} is running; cancel it first")
            self.folders.delete(uuid, run.kept)
            self.runs.forget(uuid)
            self.progress.forget(uuid)

    def close(self) -> None:
        """Put the training under way back into the queue; it and what waits go on when a queue opens again."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()
            self._end("waiting", CLOSE_SECONDS)
        self.thread.join()
        self.uploads.close()

    # What clients are told of a run.

    def about(self, run: Run) -> schemas.Run:
        """A run as clients see it, without the log."""
        n_before = sum(other.place < run.place for other in self.runs.waiting()) + (self.running is not None)
        return self.progress.about(run, n_before)

    def n_unfinished(self) -> int:
        """How many run or wait."""
        return len(self.runs.waiting()) + (self.running is not None)

    def log(self, uuid: str) -> str:
        """The end of what the steps of a run wrote.

        Raises:
            NotFound: there is no such run.
        """
        return self.progress.log(self.runs.get(uuid))

    # The queue.

    def _train_all(self) -> None:
        while (run := self._next()) and (child := self.child):
            started = time.monotonic()
            with self.changed:
                self._watch(run, child)
                processes.stop(child, 0)  # what it may have left behind
                run = replace(run, seconds=run.seconds + time.monotonic() - started)
                self._guarded(partial(self._finish, code=child.returncode), run)
                self.child = self.running = self.ending = self.stuck = None
                self.changed.notify_all()

    def _watch(self, run: Run, child: Popen) -> None:
        """Wait for the end of a run; one that says nothing for too long is ended."""
        sign, heard = None, time.monotonic()
        while child.poll() is None:
            self.changed.wait(POLL_SECONDS)
            if sign != (sign := self.progress.sign_of_life(run)):
                heard = time.monotonic()
            elif time.monotonic() - heard > self.settings.stuck_seconds:
                self.stuck = self.progress.stuck(run, self.settings.stuck_seconds)
                processes.stop(child, STOP_SECONDS)

    def _next(self) -> Run | None:
        """Start the run that waits longest, as soon as there is one; None when the queue is closed."""
        with self.changed:
            while not self.closing:
                if waiting := self.runs.waiting():
                    if run := self._guarded(self._start, waiting[0]):
                        return run
                self.changed.wait(RETRY_SECONDS if waiting else None)
        return None

    def _guarded(self, work: Callable[[Run], Run | None], run: Run) -> Run | None:
        """Do something for a run; what cannot be done, for example because the disk is full, is its error."""
        try:
            return work(run)
        except Exception as error:  # the queue goes on
            why = self.progress.scrubbed(run, f"{type(error).__name__}: {error}")
            with contextlib.suppress(sqlite3.Error):
                self.runs.update(run.uuid, status="error", error=why, finish_date=self.runs.now())
        return None

    def _start(self, run: Run) -> Run:
        folder = self.folders.work(run.uuid)
        folder.mkdir(parents=True, exist_ok=True)
        models = {name: str(self.settings.out / str(run.args[name])) for name in MODELS if name in run.args}
        process.write_job(folder, steps(replace(run, args=run.args | models), folder))
        run = self.runs.update(run.uuid, status="running")
        self.child = process.start(folder)
        self.running = run.uuid
        return run

    def _end(self, status: str, patience: float = STOP_SECONDS) -> None:
        """Stop the run under way; what becomes of it is `status`."""
        child, self.ending = self.child, status
        if child:
            processes.stop(child, patience)
            self.changed.wait_for(lambda: self.child is not child)

    def _finish(self, run: Run, code: int) -> None:
        """Write down how a run ended; a trained model takes its place."""
        epochs = self.progress.history(run).get("epoch", [None])
        ended = {"seconds": run.seconds, "epoch": epochs[-1], "finish_date": self.runs.now()}
        if code == 0:
            now = self.runs.now()
            trained = self.folders.trained(run.uuid, run.architecture)
            name = self.folders.new_model_name(trained.name, now)
            self.runs.update(run.uuid, modelname=name)  # first, should we be killed in between
            self.folders.move_model(run.uuid, run.architecture, name, now)
            self.runs.update(run.uuid, status="done", **ended)
            self.folders.delete(run.uuid, run.kept)
        elif self.ending:
            if self.ending == "waiting":  # it has no end yet
                ended["finish_date"] = None
            self.runs.update(run.uuid, status=self.ending, **ended)
        else:
            why = self.stuck or self.progress.failure(run, code)
            self.runs.update(run.uuid, status="error", error=why, **ended)

    def _put_in_order(self) -> None:
        """After a kill: note what was done, and delete what belongs to no run."""
        for run in self.runs.all():
            if run.status != "done" and run.modelname:
                moved = (self.settings.out / run.modelname).is_dir()
                changes = (
                    {"status": "done", "finish_date": run.finish_date or self.runs.now()}
                    if moved
                    else {"modelname": None}
                )
                run = self.runs.update(run.uuid, **changes)
            if run.status == "done":
                self.folders.delete(run.uuid, run.kept)
        self.folders.delete_strays({run.uuid for run in self.runs.all()})

    def _check_room(self) -> None:
        if len(self.runs.waiting()) >= self.settings.queued:
            raise Busy(f"{self.settings.queued} trainings wait already; try again when some of them are done")
