import os
import subprocess
import sys

from tests.conftest import ROOT


def test_ctrl_c_while_a_script_imports_ends_it_with_one_line(tmp_path):
    (tmp_path / "argparse.py").write_text("raise KeyboardInterrupt")  # one of its first imports is interrupted
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, str(ROOT / "PrepareData.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nstopped; nothing was begun\n")
