"""A real server, asked over a real socket."""

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from tests.conftest import ROOT


class Server:
    """ServeModel.py in a process of its own. said: what it printed until it was ready."""

    def __init__(self, out, home, *flags):
        command = [sys.executable, str(ROOT / "ServeModel.py"), "--port", "0", "--trained", out, "--home", home, *flags]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.process = subprocess.Popen([*map(str, command)], cwd=home.parent, env=environment, **streams)
        self.said, self.home, self.address = "", home, None
        for line in self.process.stdout:
            self.said += line
            if found := re.search(r"(http://[^/]+)/", line):
                self.address = found[1]
                break
        assert self.address, self.said
        self.client = httpx.Client(base_url=self.address, timeout=120)

    def stop(self, number=signal.SIGINT):
        """Its exit code, and what it said at the end."""
        self.client.close()
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, said


@contextmanager
def served(*args):
    server = Server(*args)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def server(trained, tmp_path_factory):
    """One that has the models of `trained`, and may train others beside them."""
    folder = tmp_path_factory.mktemp("served")
    with served(shutil.copytree(trained.out, folder / "trained"), folder / "home") as server:
        yield server


@pytest.fixture(scope="session")
def ask(server):
    """The client of that server."""
    return server.client


@pytest.fixture(scope="session")
def song(data_short):
    """A recording."""
    return sorted((data_short / "song").glob("*.wav"))[0]
