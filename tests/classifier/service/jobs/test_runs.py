"""The record of trainings: what it keeps, and what becomes of it when the server is killed."""

import signal
import sqlite3
import subprocess
import sys
import threading

import pytest

from classifier.core.errors import InputError
from classifier.service.jobs.database import FILE
from classifier.service.jobs.request import TrainingRequest
from classifier.service.jobs.runs import Runs
from classifier.service.settings import NotFound
from tests.conftest import ROOT


@pytest.fixture
def runs(tmp_path):
    runs = Runs(tmp_path)
    yield runs
    runs.close()


def test_a_run_is_read_back_as_it_was_added(runs):
    added = runs.add("signal", {"epochs": 3, "group_by": "^(ü+)_"}, "/data/birds", uploaded=True, kept=True)
    assert runs.get(added.uuid) == added
    assert (added.architecture, added.args) == ("signal", {"epochs": 3, "group_by": "^(ü+)_"})
    assert (added.status, added.uploaded, added.kept) == ("waiting", True, True)
    assert added.date.endswith("Z")


def test_runs_are_listed_newest_first_and_by_architecture(runs):
    names = [runs.add(architecture, {}, "data").uuid for architecture in ("signal", "mel", "signal")]
    assert [run.uuid for run in runs.all()] == names[::-1]
    assert [run.uuid for run in runs.all("signal")] == [names[2], names[0]]
    assert runs.all("lstm") == []


def test_those_that_wait_are_in_the_order_in_which_they_were_queued(runs):
    first, second, third = (runs.add("signal", {}, "data").uuid for _ in range(3))
    runs.update(first, status="cancelled", error="no")
    runs.queue(first)
    assert [run.uuid for run in runs.waiting()] == [second, third, first]
    assert runs.get(first).error is None


def test_a_change_is_kept_and_the_rest_untouched(runs):
    run = runs.add("signal", {"seed": 1}, "data")
    changed = runs.update(run.uuid, status="done", epoch=4, modelname="signal_2026", seconds=2.5)
    assert (changed.status, changed.epoch, changed.modelname, changed.seconds) == ("done", 4, "signal_2026", 2.5)
    assert changed.args == {"seed": 1}


def test_what_is_forgotten_is_gone(runs):
    run = runs.add("signal", {}, "data")
    runs.forget(run.uuid)
    with pytest.raises(NotFound, match="there is no training"):
        runs.get(run.uuid)


def test_a_name_is_never_a_part_of_a_question_to_the_database(runs):
    run = runs.add("signal", {}, "data")
    with pytest.raises(NotFound):
        runs.get("' OR '1' = '1")
    runs.forget("' OR '1' = '1")
    assert runs.all() == [run]


def test_opened_anew_what_ran_is_interrupted_and_what_waits_goes_on_waiting(tmp_path):
    before = Runs(tmp_path)
    names = {status: before.add("signal", {}, "data").uuid for status in ("running", "done", "waiting")}
    for status, name in names.items():
        before.update(name, status=status)
    before.close()
    after = Runs(tmp_path)
    assert after.get(names["running"]).status == "interrupted"
    assert after.get(names["done"]).status == "done"
    assert [run.uuid for run in after.waiting()] == [names["waiting"]]
    after.close()


def test_a_killed_server_loses_no_run(tmp_path):
    program = (
        "import sys, signal; from classifier.service.jobs.runs import Runs; runs = Runs(sys.argv[1])\n"
        "for _ in range(20): runs.add('signal', {}, 'data')\n"
        "signal.raise_signal(signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program, tmp_path], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    runs = Runs(tmp_path)
    assert len(runs.waiting()) == 20
    runs.close()


def test_threads_may_add_at_the_same_time(runs):
    def add():
        for _ in range(20):
            runs.add("signal", {}, "data")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places = [run.place for run in runs.waiting()]
    assert len(places) == len(set(places)) == 80


def test_a_clock_that_is_set_back_changes_no_order(runs, monkeypatch):
    first = runs.add("signal", {}, "data")
    runs.update(first.uuid, status="done", finish_date="2040-01-02T03:04:05Z")
    assert runs.now() == "2040-01-02T03:04:05Z"
    second = runs.add("signal", {}, "data")
    assert second.date == "2040-01-02T03:04:05Z"
    assert [run.uuid for run in runs.all()] == [second.uuid, first.uuid]
    monkeypatch.setattr("classifier.service.jobs.runs.now", lambda: "2041-01-01T00:00:00Z")
    assert runs.now() == "2041-01-01T00:00:00Z"


def test_no_other_status_gets_in(runs):
    run = runs.add("signal", {}, "data")
    with pytest.raises(sqlite3.IntegrityError):
        runs.update(run.uuid, status="asleep")
    assert runs.get(run.uuid).status == "waiting"


OLD_TABLE = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE, architecture TEXT NOT NULL, args TEXT NOT NULL,
    data TEXT NOT NULL, date TEXT NOT NULL, place INTEGER NOT NULL, status TEXT NOT NULL, uploaded INTEGER NOT NULL,
    kept INTEGER NOT NULL, seconds REAL NOT NULL, epoch INTEGER, modelname TEXT, finish_date TEXT, error TEXT
)
"""


def write_old_home(home, **statuses):
    """What a server of version 1 left, {uuid: status}: each run has begun."""
    with sqlite3.connect(home / FILE) as database:
        database.execute(OLD_TABLE)
        database.execute("PRAGMA user_version = 1")
        for place, (uuid, status) in enumerate(statuses.items(), 1):
            database.execute(
                "INSERT INTO runs (uuid, architecture, args, data, date, place, status, uploaded, kept, seconds, epoch)"
                " VALUES (?, 'signal', ?, 'data_short', '2026-01-02T03:04:05Z', ?, ?, 0, 0, 60.0, 7)",
                (uuid, '{"dataset_directory": "data_short", "epochs": 9}', place, status),
            )
            work = home / "work" / uuid
            (work / "trained" / ".signal.training").mkdir(parents=True)
            (work / "trained" / ".signal.training" / "state.npz").write_bytes(b"of an older version")
            (work / "log.txt").write_text("epoch 7 of 9")
    database.close()


def test_runs_of_an_older_version_are_kept_and_what_is_not_done_begins_again(tmp_path, capsys):
    write_old_home(tmp_path, done="done", stopped="interrupted", begun="running", waits="waiting")
    runs = Runs(tmp_path)
    assert "3 unfinished trainings begin again" in capsys.readouterr().err
    assert {run.uuid: run.status for run in runs.all()} == {
        "waits": "waiting",
        "begun": "interrupted",
        "stopped": "interrupted",
        "done": "done",
    }
    assert {run.uuid: run.epoch for run in runs.all()} == {"waits": None, "begun": None, "stopped": None, "done": 7}
    assert TrainingRequest(**runs.get("stopped").args).epochs == 9
    assert (tmp_path / "work" / "done" / "trained").exists()
    for uuid in ("waits", "begun", "stopped"):
        assert [path.name for path in (tmp_path / "work" / uuid).iterdir()] == ["log.txt"]
    runs.close()
    Runs(tmp_path).close()
    assert capsys.readouterr().err == ""  # once


def test_a_file_of_a_newer_version_is_not_touched(tmp_path):
    Runs(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(InputError, match="is of version 99"):
        Runs(tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    with pytest.raises(InputError, match=f"{FILE} cannot be read"):
        Runs(tmp_path)
