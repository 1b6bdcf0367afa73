"""Scripts run by a Python that has nothing, or that is too old: what they say, and that it can be pasted."""

import ast
import os
import shlex
import shutil
import subprocess
import sys

import pytest

from classifier.core import environment
from tests.conftest import ROOT

SCRIPTS = sorted(path.name for path in ROOT.glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))
BEFORE_THE_CHECK = [*SCRIPTS, "Constants.py", "classifier/__init__.py", "classifier/core/__init__.py"]
BEFORE_THE_CHECK += ["classifier/core/environment.py", "classifier/core/commands.py"]
BEFORE_THE_CHECK += ["classifier/core/stopped_imports.py"]
BARE = [sys.executable, "-S"]  # without site-packages


def said_by(command, cwd):
    """The one line that a command says before it ends with 1."""
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    return done.stderr.strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project's code in a folder with a blank in its name, without .venv."""
    folder = tmp_path_factory.mktemp("other") / "a project"
    shutil.copytree(ROOT / "classifier", folder / "classifier", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*ROOT.glob("*.py"), ROOT / "requirements.txt"):
        shutil.copy(path, folder)
    return folder


def test_there_are_scripts():
    assert {"TrainModel.py", "CheckModel.py", "TrainBoosting.py"} <= set(SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_without_packages_one_sentence_says_what_to_run(script, project):
    said = said_by([*BARE, script, "--flag", "a b"], project)
    then = f"run `make environment`, then `.venv/bin/python {script} --flag 'a b'`"
    assert said.startswith(f"{script}: {sys.executable} lacks ") and said.endswith(f" more of requirements.txt: {then}")


def test_from_another_folder_both_commands_name_the_projects(project, tmp_path):
    said = said_by([*BARE, project / "TrainModel.py"], tmp_path)
    make, again = said.split("`")[1::2]
    assert shlex.split(make) == ["make", "-C", str(project), "environment"]
    assert shlex.split(again) == [str(project / ".venv/bin/python"), str(project / "TrainModel.py")]


def test_where_the_environment_is_there_only_its_python_is_named(project):
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    try:
        said = said_by([*BARE, "CheckModel.py"], project)
    finally:
        shutil.rmtree(project / ".venv")
    assert said.endswith(" more of requirements.txt: run `.venv/bin/python CheckModel.py`")


def test_a_module_that_is_run_is_named_as_it_was_given(project):
    said = said_by([*BARE, "-m", "classifier.reporting.tables"], project)
    assert said.endswith("then `.venv/bin/python -m classifier.reporting.tables`")
    assert said.startswith("classifier.reporting.tables: ")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_python_that_is_too_old_is_named(script, project):
    old = "import runpy, sys; sys.version_info = (3, 8, 1); sys.argv = sys.argv[1:]; sys.path[0] = ''\n"
    said = said_by([sys.executable, "-c", f"{old}runpy.run_path(sys.argv[0], run_name='__main__')", script], project)
    assert f"{script}: {sys.executable} is Python 3.8, and 3.11 or newer is needed: run `make environment`" in said


@pytest.mark.parametrize("path", BEFORE_THE_CHECK)
def test_what_runs_before_the_check_can_be_read_by_python_3_8(path):
    ast.parse((ROOT / path).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_in_this_environment_nothing_is_missing():
    environment.check()


def test_every_requirement_is_looked_for():
    assert {"numpy", "tensorflow", "keras", "scikit_learn", "av"} <= set(environment.needed())
    assert "tflite_support" not in environment.needed()  # not had on every system
    assert os.path.exists(ROOT / "requirements.txt")
