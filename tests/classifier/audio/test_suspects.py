import signal
import subprocess
import sys

import pytest

from classifier.audio import suspects
from classifier.core.errors import InputError
from tests.conftest import ROOT, write_tone

CRASHES = "import os; os.abort()"
READS = """
import os, sys
from pathlib import Path
from classifier.audio import suspects
suspects.CACHE = Path(sys.argv[2])
with suspects.reading(sys.argv[1]):
    os.abort() if len(sys.argv) > 3 else None
"""


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(suspects, "CACHE", tmp_path / "cache")
    return write_tone(tmp_path / "a.wav")


def marks(path):
    return list((path.parent / "cache" / "reading").iterdir())


def read_elsewhere(path, *crash):
    command = [sys.executable, "-c", READS, path, path.parent / "cache", *crash]
    return subprocess.run(command, cwd=ROOT, capture_output=True).returncode


def test_a_recording_that_was_read_leaves_no_mark(path):
    assert read_elsewhere(path) == 0 and marks(path) == []
    with pytest.raises(ValueError), suspects.reading(path):
        assert len(marks(path)) == 1
        raise ValueError
    assert marks(path) == []


def test_one_that_did_not_crash_its_process_itself_is_read_the_next_time(path):
    assert read_elsewhere(path, "crash") == -signal.SIGABRT
    assert len(marks(path)) == 1
    with suspects.reading(path):
        pass
    assert marks(path) == []


def test_one_that_crashes_its_decoder_again_is_named_every_time(path, monkeypatch):
    assert read_elsewhere(path, "crash") == -signal.SIGABRT
    python = path.parent / "python"
    python.write_text(f"#!{sys.executable}\n{CRASHES}\n")  # as if the decoder crashed
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    for _ in range(2):
        with (
            pytest.raises(InputError, match="a.wav crashes its decoder .signal 6.; convert it"),
            suspects.reading(path),
        ):
            pass


def test_a_mark_of_a_process_that_still_reads_is_none(path):
    with suspects.reading(path), suspects.reading(path):
        pass
    assert marks(path) == []
