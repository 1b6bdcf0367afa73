"""Data that was uploaded to learn from and is kept: used again, listed, deleted, given up when nobody uses it.

home/uploads/<uuid>/    named after the training that it came with; the folder's time is when it was last used
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from classifier.service import logs
from classifier.service.jobs.runs import Run
from classifier.service.settings import Conflict, NoRoom, NotFound, Settings, TooLarge

CHECK_SECONDS = 600  # between two looks for what nobody uses any more
UNFINISHED = ("waiting", "running")  # statuses of a run that needs its data


@dataclass(frozen=True)
class Upload:
    """Kept data.

    Attributes:
        name: what dataset_directory names.
        path: its folder.
        n_bytes: that it takes.
        used: ISO 8601, UTC: when a training was last given it.
        expires: when it is deleted unless it is used before.
        trainings: uuids of those that wait for it or learn from it.
    """

    name: str
    path: Path
    n_bytes: int
    used: str
    expires: str
    trainings: list[str]


class Uploads:
    """The uploads of a home folder, and a thread that deletes what has expired."""

    def __init__(self, settings: Settings, runs: Callable[[], Collection[Run]], lock: threading.Condition):
        """
        Args:
            settings: home folder and limits.
            runs: all runs.
            lock: held while a run is added or an upload is deleted.
        """
        self.folder = settings.home.resolve() / "uploads"
        self.quota, self.kept_seconds = settings.uploads_bytes, settings.kept_seconds
        self._runs, self._lock, self._closing = runs, lock, threading.Event()
        self._thread = threading.Thread(target=self._expire_now_and_then, name="uploads", daemon=True)
        self._thread.start()

    def all(self) -> list[Upload]:
        """Those that are kept, the last used first; not those that go with their training."""
        return sorted(map(self._about, self._kept()), key=lambda one: (one.used, one.name), reverse=True)

    def path(self, name: str) -> Path | None:
        """The folder of kept data, which is used now; None where there is none of that name."""
        found = self._find(name)
        if found:
            os.utime(found)
        return found

    def delete(self, name: str) -> Upload:
        """Delete kept data.

        Returns:
            What it was.

        Raises:
            NotFound: there is none of that name.
            Conflict: a training needs it.
        """
        with self._lock:
            path = self._find(name)
            if not path:
                raise NotFound(f"there is no kept data {name[:40]!r}; GET /v2/uploads/ lists what there is")
            about = self._about(path)
            if about.trainings:
                needs = f"training {about.trainings[0]} learns from {name} or waits for it"
                raise Conflict(f"{needs}: cancel it, or wait until it is done")
            self._remove(path)
        return about

    def check_room(self, n_bytes: int = 0, new: Path | None = None) -> None:
        """
        Args:
            n_bytes: that are to come.
            new: the folder of an upload that has come, in place of n_bytes.

        Raises:
            TooLarge: they are more than all uploads together may have.
            NoRoom: they are more than is left.
        """
        n_bytes = _size(new) if new else n_bytes
        if n_bytes > self.quota:
            raise TooLarge(f"it takes {_gb(n_bytes)}, and all uploads together may take {_gb(self.quota)}: send less")
        taken = sum(_size(path) for path in self._folders() if path != new)
        if taken + max(n_bytes, 1) > self.quota:
            raise NoRoom(
                f"uploads take {_gb(taken)} of {_gb(self.quota)} (--uploads-gb): delete kept ones (GET and DELETE "
                "/v2/uploads/), forget trainings that failed, or ask who runs the server for more room"
            )

    def expire(self) -> None:
        """Delete what nobody has used for too long; what a training needs counts as used now."""
        with self._lock:
            for path in self._kept():
                if self._trainings(path):
                    os.utime(path)
                elif time.time() - path.stat().st_mtime > self.kept_seconds:
                    self._remove(path)

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join()

    def _expire_now_and_then(self) -> None:
        while True:
            try:
                self.expire()
            except Exception:  # the database or the disk; the next time will do
                logs.LOGGER.exception("uploads")
            if self._closing.wait(CHECK_SECONDS):
                return

    def _folders(self) -> list[Path]:
        """All uploads, also those that are being unpacked."""
        return [path for path in self.folder.iterdir() if path.is_dir()] if self.folder.is_dir() else []

    def _kept(self) -> list[Path]:
        with_training = {run.uuid for run in self._runs() if not run.kept}
        return [path for path in self._folders() if path.name[0] != "." and path.name not in with_training]

    def _find(self, name: str) -> Path | None:
        return next((path for path in self._kept() if path.name == name), None)

    def _trainings(self, path: Path) -> list[str]:
        return [run.uuid for run in self._runs() if run.status in UNFINISHED and Path(run.data) == path]

    def _about(self, path: Path) -> Upload:
        used = path.stat().st_mtime
        expires = used + self.kept_seconds
        return Upload(path.name, path, _size(path), _date(used), _date(expires), self._trainings(path))

    def _remove(self, path: Path) -> None:
        gone = path.with_name(f".{path.name}")  # where it is half deleted, the next start goes on
        path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _size(folder: Path) -> int:
    """Bytes of its files; one that goes meanwhile has none."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.2f} GB"
