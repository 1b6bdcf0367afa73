"""Ready from when recordings can be read until the server is stopped."""

import shutil
from collections import namedtuple

from classifier.service.readiness import STARTING, STOPPING, Readiness


def test_it_is_ready_between_its_start_and_its_end(tmp_path):
    readiness = Readiness(tmp_path)
    assert readiness.problem() == STARTING
    readiness.begin(lambda: None)
    assert readiness.problem() == ""
    readiness.end()
    assert readiness.problem() == STOPPING
    readiness.begin(lambda: None)  # a start that was slower than the end
    assert readiness.problem() == STOPPING


def test_it_is_not_ready_where_recordings_cannot_be_read(tmp_path):
    readiness = Readiness(tmp_path)
    readiness.begin(lambda: 1 / 0)
    assert readiness.problem() == "the processes that read recordings cannot be started (ZeroDivisionError)"


def test_it_is_not_ready_where_uploads_have_no_room(tmp_path, monkeypatch):
    readiness = Readiness(tmp_path / "home")
    readiness.begin(lambda: None)
    assert readiness.problem() == "its home folder cannot be written to"
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "free")(2**20))
    assert readiness.problem() == "the disk of its home folder is full"
