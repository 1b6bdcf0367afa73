"""A disk that fills while something is written: by a limit on the size of files, and on a small disk of its own."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest

from classifier.core import disk
from classifier.core.errors import DiskFullError
from classifier.core.journal import Journal
from tests.conftest import ROOT, write_data, write_tone

resource = pytest.importorskip("resource", reason="this system has no limit on the size of files")
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"


def run_limited(body, most_bytes, cwd):
    """Run Python lines as a script's main where no file can be larger than most_bytes; returns what it said."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    program = (
        f"from classifier.core import console\ndef main():\n    {LIMIT.format(most_bytes)}{lines}console.run(main)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True, env=environment)
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 64 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows mounts no tmpfs")
def test_a_disk_without_room_is_named_and_what_was_there_is_untouched(small_disk):
    (small_disk / "old.json").write_text("old")
    said = run_limited(
        "from classifier.core import atomic_files\n"
        "with atomic_files.new_file('old.json') as fresh: fresh.write_bytes(bytes(100_000))",
        most_bytes=10**9,
        cwd=small_disk,
    )
    assert "old.json cannot be written, for its disk is full (0.0 MB free)" in said
    assert [(path.name, path.read_text()) for path in small_disk.iterdir()] == [("old.json", "old")]


WRITERS = {
    "bytes": "fresh.write_bytes(bytes(100_000))",
    "text": "fresh.write_text('x' * 100_000)",
    "numpy": "import numpy; numpy.savez(fresh.open('wb'), a=numpy.ones(100_000))",
    "wav": "import numpy; from classifier.audio import recording\nrecording.write(fresh, numpy.zeros(100_000), 16_000)",
    "a picture": "import matplotlib.image, numpy\n"
    "matplotlib.image.imsave(fresh, numpy.random.rand(300, 300, 3), format='png')",
    "joblib": "import joblib, numpy; joblib.dump(numpy.random.rand(100_000), fresh)",
    "parquet": "import numpy, pyarrow, pyarrow.parquet\n"
    "pyarrow.parquet.write_table(pyarrow.table({'a': numpy.random.rand(100_000)}), fresh)",
}


@pytest.mark.parametrize("name", WRITERS)
def test_whatever_writes_the_path_is_named_and_nothing_is_half_written(name, tmp_path):
    (tmp_path / "result").write_text("old")
    body = "".join(f"\n    {line}" for line in WRITERS[name].splitlines())
    said = run_limited(
        "from classifier.core import console, atomic_files\n"
        f"with console.quiet_libraries(), atomic_files.new_file('result') as fresh:{body}",
        most_bytes=50_000,
        cwd=tmp_path,
    )
    assert "result cannot be written, for files cannot be so large here; " in said
    assert said.endswith(f"; {disk.UNTOUCHED}; make room and run the same command again")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("result", "old")]


def test_a_folder_that_does_not_fit_leaves_the_old_one(tmp_path):
    (tmp_path / "mel").mkdir()
    (tmp_path / "mel" / "old").touch()
    body = "from classifier.core import atomic_files\n"
    body += "with atomic_files.new_folder('mel') as fresh: (fresh / 'big').write_bytes(bytes(100_000))"
    assert "mel cannot be written, for files cannot be so large here" in run_limited(body, 50_000, tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["mel", "old"]


def test_a_journal_keeps_what_it_holds(tmp_path):
    body = "from classifier.core.journal import Journal\nwith Journal('journal') as journal:\n"
    body += "    for i in range(100): journal.write(f'{i:02x}', {'text': 'x' * 900})"
    assert "journal cannot be written" in run_limited(body, 50_000, tmp_path)
    with Journal(tmp_path / "journal") as journal:
        assert len(journal.offsets) == 50_000 // 926
        assert journal.read("03")["text"] == "x" * 900
    assert (tmp_path / "journal").read_bytes().endswith(b"}\n")


def test_what_is_appended_is_whole_or_not_there(tmp_path):
    with (tmp_path / "samples").open("a+b") as file:
        disk.append(file, np.arange(3, dtype="int16").data, "nothing")
        assert file.seek(0) == 0 and np.frombuffer(file.read(), "int16").tolist() == [0, 1, 2]


def test_recordings_that_were_decoded_are_kept(tmp_path):
    write_data(tmp_path / "data", n=2)
    write_tone(tmp_path / "data" / "low tone" / "long.wav", seconds=60)
    body = "from pathlib import Path\nfrom classifier.data import audio_cache, clips\n"
    body += "audio_cache.CACHE = Path('cache').absolute()\n"
    body += "audio_cache.read(clips.read_clips(Path('data')), Path('data'), 16_000)"
    said = run_limited(body, 500_000, tmp_path)
    assert "audio.int16 cannot be written, for files cannot be so large here" in said
    assert "the recordings that were decoded before are kept; make room" in said
    (audio,) = (tmp_path / "cache").rglob("audio.int16")
    assert audio.stat().st_size == 4 * 3 * 16_000 * 2  # four tones of three seconds, whole


@pytest.mark.parametrize("number", disk.FULL)
def test_an_error_of_a_full_disk_is_known_also_behind_another(number):
    error = ValueError("it did not work")
    error.__cause__ = OSError(number, os.strerror(number))
    assert disk.is_full(error)
    assert not disk.is_full(OSError(errno.EACCES, "no"))


def test_other_errors_stay_as_they_are(tmp_path):
    with pytest.raises(PermissionError), disk.told(tmp_path):
        raise PermissionError
    with pytest.raises(DiskFullError, match="first"), disk.told(tmp_path):
        raise DiskFullError("first")
