"""tests/fast.txt: the tests of `make test-fast`, which need no TensorFlow."""

import os
import subprocess
import sys

from tests.conftest import ROOT

FILES = (ROOT / "tests" / "fast.txt").read_text().split()


def test_it_names_files_and_folders_each_once_in_order():
    assert all((ROOT / name).exists() for name in FILES)
    assert sorted(set(FILES)) == FILES
    folders = [f"{name}/" for name in FILES if (ROOT / name).is_dir()]
    assert not [name for name in FILES if name.startswith(tuple(folders))]


def test_no_file_imports_tensorflow():
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-q", "--collect-only", *FILES]
    environment = {**os.environ, "WITHOUT_TENSORFLOW": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
