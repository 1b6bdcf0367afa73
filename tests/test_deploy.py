"""What deploy/ holds fits the project, and its linters find nothing; the image is built and started on request."""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ServeModel
from tests.conftest import ROOT

DOCKERFILE, UNIT = ROOT / "deploy" / "Dockerfile", ROOT / "deploy" / "sounds.service"


def program(name):
    """The path of a linter, beside this Python or on the system."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or pytest.skip(f"{name} is not here (tests/requirements.txt, or a package of the system)")


def test_the_dockerfile_passes_its_linter():
    done = subprocess.run([program("hadolint"), "--no-color", DOCKERFILE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_the_image_copies_is_there_and_not_ignored():
    copied = [name for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE.read_text(), re.M) for name in line.split()]
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = [rule[1:] for rule in rules if rule.startswith("!")]
    assert "classifier" in copied and "*" in rules
    for name in copied:
        assert list(ROOT.glob(name)), name
        assert any(fnmatch.fnmatch(name, rule) for rule in let_in), name


def test_the_image_starts_and_decodes_a_recording():
    if not os.environ.get("BUILD_IMAGE"):
        pytest.skip("an image takes minutes and 3 GB: BUILD_IMAGE=1 builds it, or tools/try_image.sh")
    done = subprocess.run([ROOT / "tools" / "try_image.sh"], capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr[-2000:]


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    verify = program("systemd-analyze")
    here = {"/opt/sounds/.venv/bin/python": sys.executable, "/opt/sounds": str(ROOT), "User=sounds": "User=root"}
    text = UNIT.read_text()
    for there, place in here.items():
        text = text.replace(there, place)
    (tmp_path / UNIT.name).write_text(text)
    done = subprocess.run([verify, "verify", "--man=no", tmp_path / UNIT.name], capture_output=True, text=True)
    about_it = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, about_it) == (0, [])


@pytest.mark.parametrize("path", [DOCKERFILE, UNIT], ids=lambda path: path.name)
def test_the_server_knows_the_flags_that_it_is_started_with(path, monkeypatch):
    (line,) = re.findall(r"^(?:ENTRYPOINT|ExecStart=)(.*)$", path.read_text(), re.M)
    words = re.findall(r'"([^"]+)"', line) if path is DOCKERFILE else shlex.split(line)
    flags = words[words.index("ServeModel.py") + 1 :]
    flags = [word for word in flags if word != "$FLAGS"]
    monkeypatch.setattr("classifier.service.server.serve", lambda settings, *_: seen.append(settings))
    seen = []
    ServeModel.main([*flags, "--home", os.devnull])
    assert seen[0].log == "requests"
