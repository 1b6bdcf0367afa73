"""tools/bare_machine.sh, as far as a test can: what it says where it cannot be tried."""

import os
import shutil
import subprocess

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "tools" / "bare_machine.sh"


def bare_machine(*args, folder):
    """Run it on a PATH without debootstrap; returns its exit code and what it said."""
    for name in ("sh", "git", "id", "dirname"):
        (folder / name).symlink_to(shutil.which(name))
    command = [shutil.which("sh"), SCRIPT, *args]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": str(folder)})
    return done.returncode, done.stderr


pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout, which it clones")


def test_without_root_or_debootstrap_it_says_so_and_ends_as_skipped(tmp_path):
    code, said = bare_machine(folder=tmp_path)
    assert code == 77
    assert said.startswith("trixie is not tried here: it needs ") and said.count("\n") == 1


def test_another_release_is_refused(tmp_path):
    code, said = bare_machine("sarge", folder=tmp_path)
    assert code == 1
    assert said == "sarge: is no release that is tried, name bookworm or trixie\n"
