"""The SQLite file of a home folder: opened, brought up to date, copied."""

import contextlib
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.service.jobs import process

FILE = "runs.sqlite3"
VERSION = 2  # of the home folder; kept in PRAGMA user_version
HELD = ("work", "uploads")  # folders of the home folder that are of no use without the file
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


class Database:
    """The file, for the threads of one process."""

    def __init__(self, home: Path):
        """
        Raises:
            InputError: the file is damaged, lost, cannot be written, or a newer version of this project wrote it.
        """
        self.path, self.lock = home / FILE, threading.Lock()
        if not (self.path.is_file() and self.path.stat().st_size):
            self._check_lost()
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"{self.path} cannot be written ({error}); give another --home") from None
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._bring_up_to_date()
        except sqlite3.DatabaseError as error:
            self.close()
            raise InputError(f"{self.path} {_remedy(error)}") from None
        except BaseException:
            self.close()
            raise

    def read(self, question: str, *values: object) -> list[tuple]:
        """The rows that a question finds."""
        with self.lock:
            return self._connection.execute(question, values).fetchall()

    @contextlib.contextmanager
    def transaction(self) -> Any:
        """All that a block executes on what it is given, or nothing; other threads and processes wait."""
        with self.lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._connection.close()

    def _bring_up_to_date(self) -> None:
        """Make the table, or take over one that an older version made; a copy of that one stays beside it."""
        version = self._version()
        if version == 0:
            self._check_lost()
        elif version > VERSION:
            raise InputError(
                f"{self.path} is of version {version}, this program knows {VERSION}: start the one that wrote "
                "it, or take the file away to begin without the trainings in it"
            )
        elif version < VERSION:
            copy(self.path, self.path.with_name(f"{FILE}.version{version}"))
        with self.transaction() as file:
            while (version := self._version()) < VERSION:
                MIGRATIONS[version](self)
                file.execute(f"PRAGMA user_version = {version + 1 if version else VERSION}")

    def _version(self) -> int:
        return self._connection.execute("PRAGMA user_version").fetchone()[0]

    def _check_lost(self) -> None:
        """Refuse to begin anew beside trainings, whose work would be taken for nobody's and deleted."""
        held = [folder for name in HELD if (folder := self.path.parent / name).is_dir() and any(folder.iterdir())]
        if held:
            raise InputError(
                f"{self.path} is gone, and it knew the trainings in {' and '.join(map(str, held))}: put it back from a "
                "backup, or move these folders away to begin without them"
            )

    def _make_table(self) -> None:
        self._connection.execute(TABLE)

    def _begin_unfinished_again(self) -> None:
        """Take over the runs of version 1: what is not done begins again, for its files cannot be read here."""
        unfinished = self._connection.execute("SELECT uuid FROM runs WHERE status != 'done'").fetchall()
        for (name,) in unfinished:
            shutil.rmtree(self.path.parent / "work" / name / process.TRAINED, ignore_errors=True)
        self._connection.execute("UPDATE runs SET epoch = NULL WHERE status != 'done'")
        if unfinished:
            say(f"{self.path.parent} is of an older version: its {len(unfinished)} unfinished trainings begin again")


MIGRATIONS = {0: Database._make_table, 1: Database._begin_unfinished_again}  # by the version that each begins with


def copy(path: Path, target: Path) -> None:
    """Copy a database whole, also while a server writes into it.

    Raises:
        sqlite3.Error: it is damaged, or the copy cannot be written.
    """
    with contextlib.closing(sqlite3.connect(path)) as database, contextlib.closing(sqlite3.connect(target)) as written:
        database.backup(written)
        written.execute("PRAGMA journal_mode = DELETE")  # one file


def _remedy(error: sqlite3.DatabaseError) -> str:
    """What is wrong with the file, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what SQLite adds for its own developers
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return f"cannot be written ({error}); make it and its folder writable, or give another --home"
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return f"cannot be written ({error}); make room on its disk"
    return f"cannot be read ({error}); put it back from a backup, or take the file away to begin without its trainings"
