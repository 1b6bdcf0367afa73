"""Trainings that were asked for, in SQLite: what survives the server."""

import json
import uuid
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classifier.service.jobs.database import Database
from classifier.service.schemas import Status
from classifier.service.settings import NotFound


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
        status: one of those in database.TABLE.
        uploaded: whether the data came with the request.
        kept: whether uploaded data stays afterwards.
        seconds: that the training took until now.
        epoch: how many are done.
        modelname: of the trained model.
        error: a sentence.
    """

    uuid: str
    architecture: str
    args: dict[str, str | int | float]
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
            InputError: as of Database.
        """
        self.database = Database(Path(home))
        with self.database.transaction() as file:
            file.execute("UPDATE runs SET status = 'interrupted' WHERE status = 'running'")

    def now(self) -> str:
        """This second, or that of the newest run where the clock was set back since."""
        newest = "SELECT max(date) FROM runs UNION ALL SELECT max(finish_date) FROM runs"
        return max([now(), *(date for (date,) in self.database.read(newest) if date)])

    def add(
        self,
        architecture: str,
        args: dict[str, str | int | float],
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
        row = (name, architecture, json.dumps(args), str(data), self.now(), uploaded, kept)
        with self.database.transaction() as file:
            file.execute(
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
        with self.database.transaction() as file:
            file.execute(f"UPDATE runs SET {changes} WHERE uuid = ?", (*values.values(), name))
        return self.get(name)

    def queue(self, name: str) -> Run:
        """Put a run at the end of the queue, again."""
        with self.database.transaction() as file:
            file.execute(
                "UPDATE runs SET status = 'waiting', error = NULL, finish_date = NULL, "
                "place = (SELECT max(place) + 1 FROM runs) WHERE uuid = ?",
                (name,),
            )
        return self.get(name)

    def forget(self, name: str) -> None:
        """Delete a run; nothing happens where there is none."""
        with self.database.transaction() as file:
            file.execute("DELETE FROM runs WHERE uuid = ?", (name,))

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def _select(self, where: str, *values: str) -> list[Run]:
        rows = self.database.read(f"SELECT {', '.join(COLUMNS)} FROM runs {where}", *values)
        return [_run(row) for row in rows]


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
