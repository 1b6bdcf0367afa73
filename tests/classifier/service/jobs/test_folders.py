"""Where trained models go, and what they are called."""

import os

from classifier.records import artifact
from classifier.service.jobs import process
from classifier.service.jobs.folders import JobFolders
from classifier.service.settings import Settings

NEXT_YEARS = "2090-01-02T03:04:05Z"


def trained_in(folders, uuid):
    trained = folders.trained(uuid, "mel")
    trained.mkdir(parents=True)
    (trained / artifact.RUN).write_text("{}")
    (folders.work(uuid) / process.LOG).write_text("done")


def test_a_name_is_of_this_second_or_the_next_that_is_free(tmp_path):
    folders = JobFolders(Settings(out=tmp_path / "out", home=tmp_path / "home"))
    assert folders.new_model_name("mel", NEXT_YEARS) == "mel_2090-01-02_030405"
    (tmp_path / "out" / "mel_2090-01-02_030405").mkdir(parents=True)
    assert folders.new_model_name("mel", NEXT_YEARS) == "mel_2090-01-02_030406"


def test_where_the_clock_was_set_back_the_last_model_is_still_the_newest(tmp_path):
    folders = JobFolders(Settings(out=tmp_path / "out", home=tmp_path / "home"))
    for uuid, name, now in (("a", "first", "2020-01-02T03:04:05Z"), ("b", "last", NEXT_YEARS)):
        trained_in(folders, uuid)
        folders.move_model(uuid, "mel", name, now)
    dates = {name: os.stat(tmp_path / "out" / name / artifact.RUN).st_mtime for name in ("first", "last")}
    assert dates["first"] > 1_700_000_000  # of its writing: that second is past
    assert dates["last"] == 3_787_009_445
    assert (tmp_path / "out" / "last" / process.LOG).read_text() == "done"
