"""The pages of docs/guide, run as they are written, in a copy of the project."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import DEADLINE, ROOT

GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(path.stem for path in GUIDE.glob("*.md"))
COMMANDS = re.compile(r"<!-- tested(?:, makes (?P<made>[^>]*))? -->\n```sh\n(?P<lines>.*?)```", re.S)
FILES = re.compile(r"<!-- file: (?P<path>\S+) -->\n```python\n(?P<text>.*?)```", re.S)
PORTS = ("8000", "8786")  # named on the pages; on the machine that tests they may be taken
COPIED = ("classifier", "data_short", *(path.name for path in ROOT.iterdir() if path.is_file()))


@pytest.fixture(scope="module")
def project(trained, tmp_path_factory):
    """A copy of the project in which signal and mel are trained, converted and have metadata."""
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    shutil.copytree(trained.out, folder / "trained")
    return folder


def test_there_are_pages():
    assert len(PAGES) > 10


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page, project, request):
    text = (GUIDE / f"{page}.md").read_text(encoding="utf-8")
    for file in FILES.finditer(text):
        (project / file["path"]).write_text(file["text"], encoding="utf-8")
    for block in COMMANDS.finditer(text):
        if "curl" in block["lines"] and not shutil.which("curl"):
            pytest.skip(f"{page}.md needs curl")
        if "ExportWebApp.py" in block["lines"]:
            request.getfixturevalue("packages")  # skips where npm cannot be reached
        made = [project / name for name in (block["made"] or "").split()]
        before = {path: path.stat().st_mtime_ns for path in made if path.exists()}
        run(with_free_ports(block["lines"]), project)
        for path in made:
            assert path.stat().st_mtime_ns != before.get(path), f"{page}.md did not write {path.name}"


def with_free_ports(lines):
    for port in PORTS:
        if port in lines:
            with socket.create_server(("127.0.0.1", 0)) as free:
                lines = lines.replace(port, str(free.getsockname()[1]))
    return lines


def run(lines, folder):
    """Run the lines in a shell that ends with the first that fails; what they started ends with them."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "PYTHONPATH")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    printed = folder / "printed.txt"
    with printed.open("w", encoding="utf-8") as file:
        shell = subprocess.Popen(
            ["sh", "-ec", lines], cwd=folder, env=environment, stdout=file, stderr=file, start_new_session=True
        )
        try:
            code = shell.wait(DEADLINE)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    said = printed.read_text(encoding="utf-8")
    assert code == 0 and "Traceback" not in said, f"{lines}\n{said}"
