"""A recording whose decoder has crashed a process is named, and the rest of a folder is checked and prepared."""

import sys

import pytest

from classifier.audio import suspects
from classifier.data import audit, preparation_jobs
from classifier.data.cleaning import Cleaning
from classifier.data.layouts import class_folders
from tests.classifier.audio.test_suspects import CRASHES, read_elsewhere
from tests.conftest import write_tone

SAID = "bad.wav crashes its decoder (signal 6); convert it with the program that recorded it, or take it out"


@pytest.fixture
def clips(tmp_path, monkeypatch):
    """Of a good recording, and of one that has crashed a process and does it again."""
    for name in ("bad.wav", "good.wav"):
        write_tone(tmp_path / "data" / "low" / name)
    monkeypatch.setattr(suspects, "CACHE", tmp_path / "data" / "low" / "cache")
    assert read_elsewhere(tmp_path / "data" / "low" / "bad.wav", "crash") < 0
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{CRASHES}\n")  # as if the decoder crashed
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    return class_folders.clips(tmp_path / "data")


def test_the_check_of_a_folder_names_it(clips, tmp_path):
    found = audit.check(clips, tmp_path / "data", least_seconds=2, sample_rate=16_000)
    assert [facts["name"] for facts in found["recordings"]] == ["low/good.wav"]
    assert len(found["unreadable"]) == 1 and found["unreadable"][0].endswith(SAID)


@pytest.mark.parametrize("join_seconds", [0, 60])
def test_preparation_leaves_it_out(clips, tmp_path, join_seconds):
    (tmp_path / "out").mkdir()
    jobs = preparation_jobs.plan(clips, Cleaning(16_000, 30, join_seconds=join_seconds))
    made = [
        preparation_jobs.run("id", job, tmp_path / "data", tmp_path / "out", f"low/{i}")[1]
        for i, job in enumerate(jobs)
    ]
    assert [output for one in made for output in one["outputs"]] and len(list(tmp_path.glob("out/low/*.wav"))) == 1
    skipped = [reason for one in made for _, reason in one["skipped"]]
    assert len(skipped) == 1 and skipped[0].endswith(SAID)
