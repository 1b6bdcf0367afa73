"""A real server, asked over a real socket."""

import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx
import pytest

from classifier.service.app import make_app
from classifier.service.server import bounded_server, listen
from tests.conftest import ROOT, wait_until
from tests.tiny_tflite import described, network

WAV = b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
SILENCE = WAV + b"data" + struct.pack("<I", 16_000) + bytes(16_000)


class Server:
    """ServeModel.py, or a program like it, in a process of its own. said: what it printed until it was ready."""

    def __init__(self, out, home, *flags, program=(ROOT / "ServeModel.py",)):
        command = [sys.executable, *program, "--port", "0", "--trained", out, "--home", home, *flags]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.process = subprocess.Popen([*map(str, command)], cwd=home.parent, env=environment, **streams)
        self.said, self.home, self.address = "", home, None
        for line in self.process.stdout:
            self.said += line
            if found := re.search(r"(https?://[^/]+)/", line):
                self.address = found[1].replace("localhost", "127.0.0.1")  # a bare machine may not know that name
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
def served(*args, **how):
    server = Server(*args, **how)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)


@contextmanager
def served_here(settings, host="127.0.0.1"):
    """(address, application) of a server in a thread of this process: for limits that no flag sets."""
    app = make_app(settings)
    listening = listen(host, 0)
    server = bounded_server(app, settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"http://{host}:{listening.getsockname()[1]}", app
    finally:
        server.should_exit = True
        thread.join()


def write_tiny_model(folder):
    """folder/tiny.tflite, which nobody has trained."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.tflite").write_bytes(described(network()))
    return folder


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
