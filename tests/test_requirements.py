"""What is imported is a requirement, told by deptry; what is a requirement is pinned."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,]+\])?==[0-9.]+(; [^#]+)?( *#.*)?")
FILES = [
    "requirements.txt",
    "requirements-https.txt",
    "requirements-search.txt",
    "requirements-tuning.txt",
    "requirements-web.txt",
    "tests/requirements.txt",
    "tools/requirements.txt",
]
OURS = ["tests", "rooms", "synthesiser", "voices"]  # the last three lie in tools


def deptry(*flags, cwd=ROOT):
    command = [sys.executable, "-m", "deptry", ".", "--no-ansi", *flags]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", FILES)
def test_each_requirement_is_pinned(name):
    lines = [
        line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if not line.startswith(("#", "-r "))
    ]
    assert lines
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


def test_the_tests_have_what_the_web_app_needs():
    files = ("requirements-web.txt", "tests/requirements.txt")
    wanted, there = ((ROOT / name).read_text(encoding="utf-8").splitlines() for name in files)
    assert set(wanted) <= {line.partition("  #")[0] for line in there}


def test_what_the_scripts_import_is_required_and_what_is_required_is_imported():
    code, said = deptry()
    assert code == 0, said


def test_what_tests_benchmarks_and_tools_import_is_required():
    ours = [f"--known-first-party={name}" for name in OURS]
    code, said = deptry("--requirements-files", ",".join(FILES), "--ignore=DEP002", "--extend-exclude=^trained/", *ours)
    assert code == 0, said


def test_an_import_that_only_comes_with_something_else_is_found(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "requirements.txt").write_text("fastapi==0.165.0\n", encoding="utf-8")
    for extra in ("search", "https"):
        (tmp_path / f"requirements-{extra}.txt").touch()
    (tmp_path / "script.py").write_text("import fastapi\nimport starlette\n", encoding="utf-8")
    code, said = deptry(cwd=tmp_path)
    assert code == 1
    assert "'starlette' imported but it is a transitive dependency" in said
