"""The database of a home folder: lost, locked away, of older versions, copied while it is written."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.service.jobs.database import FILE, VERSION, copy
from classifier.service.jobs.runs import Runs
from tests.conftest import ROOT

# As version 2 made it: never to be changed, for homes of it are out there.
VERSION_2 = """
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
);
INSERT INTO runs VALUES
    (1, 'a', 'mel', '{"dataset_directory": "data_short", "epochs": 3}', '/data/short', '2026-11-28T10:00:00Z', 1,
     'done', 0, 0, 61.5, 3, 'mel_2026-11-28_100102', '2026-11-28T10:01:02Z', NULL),
    (2, 'b', 'signal', '{"group_by": "^(ü+)_"}', '/served/uploads/b', '2026-11-28T10:02:00Z', 2,
     'error', 1, 1, 2.0, NULL, NULL, '2026-11-28T10:02:02Z', 'no room'),
    (4, 'd', 'signal', '{"refit": "none"}', '/data/short', '2026-11-28T10:03:00Z', 4,
     'running', 0, 0, 9.0, 2, NULL, NULL, NULL),
    (5, 'e', 'mel', '{}', '/data/short', '2026-11-28T10:04:00Z', 7, 'waiting', 0, 0, 0, NULL, NULL, NULL, NULL),
    (6, 'f', 'mel', '{}', '/data/short', '2026-11-28T10:05:00Z', 6, 'waiting', 0, 0, 0, NULL, NULL, NULL, NULL);
PRAGMA user_version = 2;
"""


def write_home(folder):
    """A home folder that a server of version 2 left."""
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / FILE)) as database:
        database.executescript(VERSION_2)
    (folder / "work" / "d" / "trained").mkdir(parents=True)
    return folder


def test_a_home_of_version_2_is_taken_over_with_all_that_is_in_it(tmp_path):
    runs = Runs(write_home(tmp_path / "home"))
    done, failed, ran, last, first = sorted(runs.all(), key=lambda run: run.uuid)
    assert [run.uuid for run in runs.all()] == ["f", "e", "d", "b", "a"]
    assert [run.uuid for run in runs.waiting()] == ["f", "e"] == [first.uuid, last.uuid]
    assert (done.status, done.args, done.seconds) == ("done", {"dataset_directory": "data_short", "epochs": 3}, 61.5)
    assert (done.modelname, done.finish_date) == ("mel_2026-11-28_100102", "2026-11-28T10:01:02Z")
    assert (failed.error, failed.args, failed.kept) == ("no room", {"group_by": "^(ü+)_"}, True)
    assert (ran.status, ran.epoch) == ("interrupted", 2) and (tmp_path / "home" / "work" / "d" / "trained").is_dir()
    assert runs.add("mel", {}, "data").place == 8
    runs.close()
    with closing(sqlite3.connect(tmp_path / "home" / FILE)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_before_an_older_version_is_taken_over_a_copy_is_kept(tmp_path):
    write_home(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("PRAGMA user_version = 1")
    Runs(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / f"{FILE}.version1")) as database:
        assert database.execute("SELECT epoch FROM runs WHERE uuid = 'd'").fetchone() == (2,)


@pytest.mark.parametrize("lost", ["deleted", "emptied"])
def test_a_lost_database_does_not_take_its_trainings_with_it(tmp_path, lost):
    write_home(tmp_path)
    (tmp_path / FILE).unlink()
    if lost == "emptied":
        (tmp_path / FILE).touch()
    for _ in range(2):
        with pytest.raises(InputError, match="is gone, and it knew the trainings in .*work: put it back from a backup"):
            Runs(tmp_path)
        assert (tmp_path / "work" / "d" / "trained").is_dir()
    shutil.rmtree(tmp_path / "work")
    Runs(tmp_path).close()


# As root nothing is read-only: the program becomes nobody.
OPEN = """
import os, sys
from classifier.core.errors import InputError
from classifier.service.jobs.runs import Runs
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
try:
    Runs(sys.argv[1])
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
def test_what_cannot_be_written_is_said_and_named():
    with tempfile.TemporaryDirectory() as folder:  # which others may enter, unlike those of pytest
        Path(folder).chmod(0o755)
        home = write_home(Path(folder) / "home")
        for path, mode in ((home / FILE, 0o444), (home, 0o555)):
            path.chmod(mode)
        for given in (home, home / FILE / "x"):
            opened = subprocess.run([sys.executable, "-c", OPEN, given], cwd=ROOT, capture_output=True, text=True)
            assert f"{given / FILE} cannot be written" in opened.stdout, opened
        home.chmod(0o755)


def test_a_copy_is_whole_while_others_write(tmp_path):
    runs = Runs(tmp_path / "home")
    names = [runs.add("mel", {}, "data").uuid for _ in range(3)]
    with runs.database.transaction() as file:
        file.execute("UPDATE runs SET status = 'done'")
        copy(tmp_path / "home" / FILE, tmp_path / FILE)
    runs.close()
    copied = Runs(tmp_path)
    assert [run.uuid for run in copied.waiting()] == names
    copied.close()
