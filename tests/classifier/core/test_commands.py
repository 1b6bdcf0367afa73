import os
import shlex
import subprocess
import sys

from classifier.core import commands
from tests.conftest import ROOT

PATHS = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
PROGRAM = """
import sys
from classifier.core import commands
print(commands.script("CheckModel.py", *sys.argv[1:], trained="a b", json=True, epochs=None, help=False))
"""


def test_values_are_quoted_and_flags_without_one_left_out():
    words = shlex.split(commands.script("X.py", "it's", None, "", data="a b", resume=True, layout=None, paper=False))
    assert words[2:] == ["it's", "--data", "a b", "--resume"]
    assert shlex.split(commands.script("X.py", group_by="-(a)", fine_tune=0))[2:] == [
        "--group-by=-(a)",
        "--fine-tune",
        "0",
    ]


def test_the_python_is_the_one_that_was_called_by_the_name_it_was_called_by(tmp_path):
    link = tmp_path / "my python"
    link.symlink_to(sys.executable)
    for python, cwd in ((str(link), ROOT), (os.path.relpath(sys.executable, ROOT), ROOT), (sys.executable, tmp_path)):
        done = subprocess.run([python, "-c", PROGRAM, "r 1.wav"], cwd=cwd, capture_output=True, text=True, env=PATHS)
        called, script, *rest = shlex.split(done.stdout)
        assert called == python
        assert os.path.samefile(os.path.join(cwd, script), ROOT / "CheckModel.py")
        assert rest == ["r 1.wav", "--trained", "a b", "--json"]


def test_what_is_printed_runs_when_it_is_pasted(tmp_path):
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, env=PATHS)
    pasted = subprocess.run(done.stdout, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert pasted.returncode == 1
    assert pasted.stderr.startswith("CheckModel.py: a b holds no .tflite with metadata")
