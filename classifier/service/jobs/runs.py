"""Trainings that were asked for, in SQLite: what survives the server."""

import json
import shutil
import sqlite3
import threading
import uuid
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.service.jobs import process
from classifier.service.schemas import Status
from classifier.service.settings import NotFound

FILE = "runs.sqlite3"
VERSION = 2  # of the home folder; kept in PRAGMA user_version
OLDER_VERSION = 1  # the same table, but trainings of another format
TABLE = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    architecture TEXT NOT NULL,
    args TEXT NOT NULL,
    data TEXT NOT NULL,
    date TEXT NOT NULL,
    place INTEGER NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('waiting', 'running', 'done', 'error', 'cancelled', 'interrupted')),
    uploaded INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    seconds REAL NOT NULL,
    epoch INTEGER,
    modelname TEXT,
    finish_date TEXT,
    error TEXT
)
"""


@dataclass(frozen=True)
class Run:
    """A training that was asked for.

    Attributes:
        uuid: its name.
        architecture: a file of classifier/models.
        args: what the client chose, as of TrainingRequest.as_args.
        data: path of the data.
        date, finish_date: ISO 8601, UTC.
        place: in the queue.
        status: one of those in TABLE.
        uploaded: whether the data came with the request.
        kept: whether uploaded data stays afterwards.
        seconds: that the training took until now.
        epoch: how many are done.
        modelname: of the trained model.
        error: a sentence.
    """

    uuid: str
    architecture: str
    args: dict[str, str | int]
    data: str
    date: str
    place: int
    status: Status
    uploaded: bool
    kept: bool
    seconds: float
    epoch: int | None
    modelname: str | None
    finish_date: str | None
    error: str | None


COLUMNS = tuple(field.name for field in fields(Run))


class Runs:
    """The runs of a home folder. Opened anew, what was running is interrupted, and what waits goes on waiting."""

    def __init__(self, home: Path | str):
        """
        Raises:
            InputError: the file is damaged, or a newer version of this project wrote it.
        """
        self.path = Path(home) / FILE
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()
        self.database = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            self.database.execute("PRAGMA journal_mode = WAL")
            with self._alone():
                version = self.database.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    self.database.execute(TABLE)
                    self.database.execute(f"PRAGMA user_version = {VERSION}")
                elif version == OLDER_VERSION:
                    self._migrate()
                elif version != VERSION:
                    raise InputError(
                        f"{self.path} is of version {version}, this program knows {VERSION}: start the one that wrote "
                        "it, or take the file away to begin without the trainings in it"
                    )
                self.database.execute("UPDATE runs SET status = 'interrupted' WHERE status = 'running'")
        except sqlite3.DatabaseError as error:
            self.database.close()
            raise InputError(
                f"{self.path} cannot be read ({error}); take the file away to begin without the trainings in it"
            ) from None
        except InputError:
            self.database.close()
            raise

    def _migrate(self) -> None:
        """Take over the runs of an older version: what is not done begins again, for its files cannot be read here."""
        unfinished = self.database.execute("SELECT uuid FROM runs WHERE status != 'done'").fetchall()
        for (name,) in unfinished:
            shutil.rmtree(self.path.parent / "work" / name / process.TRAINED, ignore_errors=True)
        self.database.execute("UPDATE runs SET epoch = NULL WHERE status != 'done'")
        self.database.execute(f"PRAGMA user_version = {VERSION}")
        if unfinished:
            say(f"{self.path.parent} is of an older version: its {len(unfinished)} unfinished trainings begin again")

    def add(
        self,
        architecture: str,
        args: dict[str, str | int],
        data: Path | str,
        uploaded: bool = False,
        kept: bool = False,
        name: str | None = None,
    ) -> Run:
        """Put a new run at the end of the queue.

        Args:
            name: its uuid, where that was needed before.
        """
        name = name or new_uuid()
        row = (name, architecture, json.dumps(args), str(data), now(), uploaded, kept)
        with self._alone():
            self.database.execute(
                "INSERT INTO runs (uuid, architecture, args, data, date, place, status, uploaded, kept, seconds) "
                "VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM runs), 'waiting', ?, ?, 0)",
                row,
            )
        return self.get(name)

    def get(self, name: str) -> Run:
        """The run of that uuid.

        Raises:
            NotFound: there is none.
        """
        found = self._select("WHERE uuid = ?", name)
        if not found:
            raise NotFound(f"there is no training {name[:40]!r}; the list of trainings has those there are")
        return found[0]

    def all(self, architecture: str | None = None) -> list[Run]:
        """The runs, newest first: all, or those of an architecture."""
        if architecture is None:
            return self._select("ORDER BY number DESC")
        return self._select("WHERE architecture = ? ORDER BY number DESC", architecture)

    def waiting(self) -> list[Run]:
        """The runs that wait, in the order in which they will be trained."""
        return self._select("WHERE status = 'waiting' ORDER BY place")

    def update(self, name: str, **values: object) -> Run:
        """Change some columns of a run; returns it as it is then."""
        changes = ", ".join(f"{column} = ?" for column in values)
        with self._alone():
            self.database.execute(f"UPDATE runs SET {changes} WHERE uuid = ?", (*values.values(), name))
        return self.get(name)

    def queue(self, name: str) -> Run:
        """Put a run at the end of the queue, again."""
        with self._alone():
            self.database.execute(
                "UPDATE runs SET status = 'waiting', error = NULL, finish_date = NULL, "
                "place = (SELECT max(place) + 1 FROM runs) WHERE uuid = ?",
                (name,),
            )
        return self.get(name)

    def forget(self, name: str) -> None:
        """Delete a run; nothing happens where there is none."""
        with self._alone():
            self.database.execute("DELETE FROM runs WHERE uuid = ?", (name,))

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            self.database.close()

    def _select(self, where: str, *values: str) -> list[Run]:
        with self.lock:
            rows = self.database.execute(f"SELECT {', '.join(COLUMNS)} FROM runs {where}", values).fetchall()
        return [_run(row) for row in rows]

    def _alone(self):
        return _Transaction(self.database, self.lock)


class _Transaction:
    """All of a block, or nothing; other threads and processes wait."""

    def __init__(self, database, lock):
        self.database, self.lock = database, lock

    def __enter__(self):
        self.lock.acquire()
        try:
            self.database.execute("BEGIN IMMEDIATE")
        except BaseException:
            self.lock.release()
            raise

    def __exit__(self, kind, *_):
        try:
            self.database.execute("ROLLBACK" if kind else "COMMIT")
        finally:
            self.lock.release()


def _run(row: tuple) -> Run:
    values: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    values |= {name: bool(values[name]) for name in ("uploaded", "kept")}
    values["args"] = json.loads(values["args"])
    return Run(**values)


def new_uuid() -> str:
    """A name for a new run."""
    return str(uuid.uuid4())


def now() -> str:
    """This second, as ISO 8601 in UTC: 2026-11-21T15:03:01Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
