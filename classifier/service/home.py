"""The home folder of a server: one server trains in it, others may predict beside it.

home/server.lock    held by the server that trains, released by the system when it is killed
home/server.json    who that is
home/staging/       what requests bring, as long as they are answered; of others home/staging-<process>/
"""

import contextlib
import json
import os
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from classifier.core import atomic_files
from classifier.core.errors import InputError
from classifier.core.network_share import network_share
from classifier.service import workers
from classifier.service.settings import Settings

LOCK, HOLDER = "server.lock", "server.json"


@dataclass(frozen=True)
class Holder:
    """The server that trains in a home folder.

    Attributes:
        process: its id.
        machine: where that runs.
        address: where it answers; "" as long as it starts.
    """

    process: int
    machine: str
    address: str = ""

    def __str__(self):
        return f"process {self.process} on {self.machine}" + (f", {self.address}" if self.address else "")


class Home:
    """A home folder that is open: no second server trains in it."""

    def __init__(self, settings: Settings):
        """
        Raises:
            InputError: another server trains in it, it cannot be written, or it is to be trained in on a network share.
        """
        self.folder, self.trains = settings.home, not settings.predict_only
        if self.trains and (share := network_share(self.folder)):
            raise InputError(
                f"{self.folder} lies on a network share ({share}), where SQLite loses what it writes: give a folder on "
                "a disk of this machine as --home. Models may be shared (--trained): other machines serve them with "
                "--predict-only"
            )
        staging = "staging" if self.trains else f"staging-{os.getpid()}"
        self.settings = replace(settings, staging_name=staging)
        with _named(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = atomic_files.hold(self.folder / (LOCK if self.trains else f"{staging}.lock"))
        if lock is None:
            raise InputError(
                f"{self.folder} is in use by another server ({self.holder() or 'it is starting'}): stop that one, give "
                "this one another --home, or let it serve the models beside it with --predict-only"
            )
        self.lock = lock
        with _named(self.folder):
            workers.clean(self.settings)
            self._clean_others()
            self.note("")

    def note(self, address: str) -> None:
        """Write down who serves, and where."""
        if self.trains:
            holder = Holder(os.getpid(), socket.gethostname(), address)
            with atomic_files.new_file(self.folder / HOLDER) as fresh:
                fresh.write_text(json.dumps(asdict(holder)), encoding="utf-8")

    def holder(self) -> Holder | None:
        """Who serves; None where that cannot be read."""
        try:
            return Holder(**json.loads((self.folder / HOLDER).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def close(self) -> None:
        """Let others in."""
        if self.trains:
            (self.folder / HOLDER).unlink(missing_ok=True)
        workers.clean(self.settings)
        self.lock.release()
        if not self.trains:
            (self.folder / f"{self.settings.staging_name}.lock").unlink(missing_ok=True)

    def _clean_others(self) -> None:
        """Remove what killed servers that only predicted have left."""
        for path in self.folder.glob("staging-*.lock"):
            if path.stem != self.settings.staging_name and (lock := atomic_files.hold(path)):
                workers.clean(replace(self.settings, staging_name=path.stem))
                path.unlink(missing_ok=True)
                lock.release()


@contextlib.contextmanager
def _named(folder: Path):
    """Say of an error which folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written ({error.strerror or error}); the server keeps trainings and uploads there: "
            "give a folder that can be written as --home"
        ) from None
