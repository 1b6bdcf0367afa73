"""A backup is one command, also while a server runs, and is put back with tar."""

import subprocess
import tarfile

import pytest

from classifier.core.errors import InputError
from classifier.service.backup import write_backup
from classifier.service.jobs.runs import Runs
from tests.conftest import run_script


@pytest.fixture
def place(tmp_path):
    """home/ with a run under way, and trained/ with a model."""
    (tmp_path / "trained" / "mel_2026").mkdir(parents=True)
    (tmp_path / "trained" / "mel_2026" / "run.json").write_text("{}")
    runs = Runs(tmp_path / "home")
    uuid = runs.add("mel", {"epochs": 3}, "data").uuid
    for path in (
        f"work/{uuid}/trained/state.npz",
        f"work/{uuid}/tmp/scratch",
        "uploads/b/song/a.wav",
        "staging/c/a.wav",
    ):
        (tmp_path / "home" / path).parent.mkdir(parents=True)
        (tmp_path / "home" / path).write_bytes(b"held")
    yield tmp_path, uuid
    runs.close()


def test_a_backup_holds_all_that_counts_and_is_put_back_with_tar(place, tmp_path):
    folder, uuid = place
    said, _ = run_script("ServeModel.py", "--home", "home", "--trained", "trained", "--backup", "kept.tar", cwd=folder)
    assert said.startswith("kept.tar: 3 files") and "tar xf kept.tar" in said
    back = tmp_path / "back"
    back.mkdir()
    subprocess.run(["tar", "xf", folder / "kept.tar", "-C", back], check=True)
    found = {path.relative_to(back).as_posix() for path in back.rglob("*") if path.is_file()}
    assert found == {
        "home/runs.sqlite3",
        f"home/work/{uuid}/trained/state.npz",
        "home/uploads/b/song/a.wav",
        "trained/mel_2026/run.json",
    }
    runs = Runs(back / "home")
    assert [(run.uuid, run.args) for run in runs.waiting()] == [(uuid, {"epochs": 3})]
    runs.close()


def test_a_backup_that_cannot_be_made_leaves_the_last_one(place):
    folder, _ = place
    with pytest.raises(InputError, match="holds no trainings"):
        write_backup(folder / "nothing", folder / "none", folder / "kept.tar")
    write_backup(folder / "home", folder / "trained", folder / "kept")
    (folder / "other").mkdir()
    (folder / "other" / "runs.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(InputError, match="nothing was backed up"):
        write_backup(folder / "other", folder / "trained", folder / "kept.tar")
    with tarfile.open(folder / "kept.tar") as archive:
        assert "home/runs.sqlite3" in archive.getnames()
    with pytest.raises(InputError, match="cannot be written"):
        write_backup(folder / "home", folder / "trained", folder / "nowhere" / "kept.tar")
