"""tools/make_environment.sh, run on machines that lack something: each failure is one sentence with a way out."""

import ensurepip
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

WITHIN = [
    shutil.which(name) for name in ("sh", "sed", "awk", "df", "du", "cksum", "tail", "head", "grep", "cut", "dirname")
]
WITHIN += [shutil.which(name) for name in ("tr", "cat", "cp", "mv", "rm", "mkdir", "dd", "date", "sleep")]

pytestmark = pytest.mark.skipif(None in WITHIN, reason="the script is for POSIX systems")


class Machine:
    """A project with the script and an empty wheel to install, and a PATH with the Pythons that are put there."""

    def __init__(self, folder, made_before):
        self.made_before = made_before
        self.root, self.bin, self.wheels = folder / "project", folder / "bin", folder / "wheels"
        for made in (self.root / "tools", self.root / "tests", self.bin, self.wheels):
            made.mkdir(parents=True)
        shutil.copy(ROOT / "tools" / "make_environment.sh", self.root / "tools")
        for program in WITHIN:
            (self.bin / Path(program).name).symlink_to(program)
        self.require("requirements.txt", "tqdm")
        self.require("tests/requirements.txt", "pytest")

    def require(self, file, name, version="1.0"):
        """A line of requirements, and the wheel for it."""
        (self.root / file).write_text(f"{name}=={version}\n", encoding="utf-8")
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(self.wheels / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")

    def has(self, name, does):
        """A command of that name: a line of sh."""
        (self.bin / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def has_this_python(self, name):
        """This Python; what takes it seconds, a new environment, is a copy of one made before."""
        copy = f'cp -R "{self.made_before}" .venv'
        self.has(name, f'case "$*" in "-m venv .venv") {copy} ;; *) exec "{sys.executable}" "$@" ;; esac')

    def make(self, *args, expect=0, **settings):
        """Run the script; returns what it printed and what it said last."""
        environment = {"PATH": str(self.bin), "HOME": str(self.root), "PIP_NO_INDEX": "1", "SPACE_MB": "1"}
        environment |= {"PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull, **settings}
        command = [str(self.root / "tools" / "make_environment.sh"), *args]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout, done.stderr

    @property
    def python(self):
        return self.root / ".venv" / "bin" / "python"

    def imports(self, name):
        return subprocess.run([self.python, "-c", f"import {name}"], capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def made_before(tmp_path_factory):
    """An environment with pip, as venv makes it."""
    folder = tmp_path_factory.mktemp("made") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def machine(tmp_path, made_before):
    return Machine(tmp_path, made_before)


def is_version(number):
    """What a Python does that is only asked for its version."""
    return f"echo {number}"


def is_a_sentence(said):
    return said.count("\n") == 1 and said[0].isupper() and said.endswith(".\n")


def test_it_makes_an_environment_and_a_second_run_has_nothing_to_do(machine):
    machine.has("python3", f'exec "{sys.executable}" "$@"')
    printed, _ = machine.make()
    assert "GB to download" in printed and "minutes" in printed
    assert machine.imports("tqdm") and not machine.imports("pytest")
    assert machine.make() == ("", "")
    machine.make("tests")
    assert machine.imports("pytest")


def test_what_changed_in_the_requirements_is_installed(machine):
    machine.has_this_python("python3")
    machine.make()
    machine.require("requirements.txt", "tqdm", "1.1")
    machine.make()
    listed = subprocess.run([machine.python, "-m", "pip", "freeze"], capture_output=True, text=True).stdout
    assert listed == "tqdm==1.1\n"


def test_a_python_that_is_found_and_does_not_run_is_passed_over(machine):
    machine.has("python3.11", "echo 'pyenv: python3.11: command not found' >&2; exit 127")
    machine.has_this_python("python3")
    machine.make()
    assert machine.imports("tqdm")


@pytest.mark.parametrize("number", ["3.14", "3.10"])
def test_only_another_python(machine, number):
    machine.has("python3", is_version(number))
    _, said = machine.make(expect=1)
    assert is_a_sentence(said)
    assert f"python3 is Python {number}: install python3.13" in said
    assert "`uv venv --seed --python 3.13 .venv`" in said and "run make again" in said
    assert not (machine.root / ".venv").exists()


def test_no_python_at_all(machine):
    _, said = machine.make(expect=1)
    assert is_a_sentence(said) and "here is no Python at all" in said


def test_the_python_that_is_named_is_taken_or_refused(machine):
    machine.has_this_python("python3.11")
    machine.has("other", is_version("3.14"))
    for name, why in {"other": "is Python 3.14", "nowhere": "is not there"}.items():
        _, said = machine.make(expect=1, PYTHON=name)
        assert is_a_sentence(said) and f"PYTHON={name} cannot be taken, it {why}" in said
    machine.has_this_python("mine")
    machine.make(PYTHON="mine")
    assert machine.imports("tqdm")


def test_an_environment_that_works_is_kept(machine):
    machine.has_this_python("python3")
    machine.make()
    (machine.root / ".venv" / "installed").unlink()
    before = (machine.root / ".venv" / "pyvenv.cfg").stat()
    (machine.bin / "python3").unlink()
    machine.make()
    assert (machine.root / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("left", ["no python", "no pip"])
def test_a_half_made_environment_is_made_good(machine, left):
    machine.has_this_python("python3")
    if left == "no python":
        (machine.root / ".venv" / "bin").mkdir(parents=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", machine.root / ".venv"], check=True)
    machine.make()
    assert machine.imports("tqdm")


def test_no_venv_module(machine):
    machine.has("python3.12", 'case "$2" in *ensurepip*) exit 1 ;; *) echo 3.12 ;; esac')
    _, said = machine.make(expect=1)
    assert is_a_sentence(said)
    assert "apt install python3.12-venv" in said
    machine.has_this_python("python3")
    machine.make()
    assert machine.imports("tqdm")


def test_too_little_disk_is_said_before_anything_is_fetched(machine):
    machine.has_this_python("python3")
    printed, said = machine.make(expect=1, SPACE_MB="999999999")
    assert printed == ""
    assert is_a_sentence(said) and "GB free, and 1000000.0 GB are needed" in said
    assert not machine.imports("tqdm")
    machine.make()
    assert machine.imports("tqdm")


def test_no_network(machine, closed_port):
    machine.has_this_python("python3")
    nowhere = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": f"http://127.0.0.1:{closed_port}/", "PIP_FIND_LINKS": ""}
    printed, said = machine.make(expect=1, **nowhere)
    assert printed == ""
    assert is_a_sentence(said) and "look at the network" in said and ".venv/pip.log" in said
    assert (machine.root / ".venv" / "pip.log").stat().st_size
    machine.make()
    assert machine.imports("tqdm")


def test_what_cannot_be_installed_is_said_with_the_last_lines_of_pip(machine):
    machine.has_this_python("python3")
    with (machine.root / "requirements.txt").open("a") as file:
        file.write("not-to-be-had==7.0\n")
    _, said = machine.make(expect=1)
    assert "not-to-be-had==7.0" in said
    assert "pip could not install requirements.txt" in said.splitlines()[-1]
    machine.require("requirements.txt", "tqdm")
    machine.make()
    assert machine.imports("tqdm")


def age_pip(python):
    """Make the pip of an environment say that it is 20.0."""
    site = next((python.parent.parent / "lib").glob("python3*")) / "site-packages"
    info = next(site.glob("pip-*.dist-info")).rename(site / "pip-20.0.dist-info")
    for file in (site / "pip" / "__init__.py", info / "METADATA"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r'(?m)^(__version__ = "|Version: )[0-9.]+', r"\g<1>20.0", text), encoding="utf-8")


def test_an_old_pip_renews_itself_or_says_that_it_cannot(machine):
    machine.has_this_python("python3")
    machine.make()
    age_pip(machine.python)
    printed, said = machine.make(expect=1)
    assert "renewing pip in .venv, which is 20 and too old" in printed
    assert "pip 20 is too old and could not renew itself" in said.splitlines()[-1]
    bundled = list((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    if not bundled:
        pytest.skip("this Python has no wheel of pip to renew it from")
    shutil.copy(bundled[0], machine.wheels)
    machine.make()
    assert machine.make() == ("", "")


@pytest.fixture
def closed_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening.getsockname()[1]  # bound and not listened to: who connects is refused
