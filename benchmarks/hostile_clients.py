"""What honest clients notice while others attack the service: idle and slow connections, headers without end.

The server is one of its own, on this machine, with a model of three labels. The attacks come from 127.0.0.2, the honest
clients are at 127.0.0.1: each sends a recording of two seconds, waits for the response and sends the next. Each attack
lasts as long as the quiet time before it.

    python -m benchmarks.hostile_clients
"""

import contextlib
import http.client
import io
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import requests

from benchmarks import memory
from classifier.audio import recording
from classifier.core import arguments, console
from classifier.core.errors import InputError
from Constants import ROOT

HONEST, HOSTILE = "127.0.0.1", "127.0.0.2"
RATE, WINDOW = 16_000, 2  # Hz, seconds
PAUSE = 1  # seconds between two bytes of a slow client
PATH = "/v2/models/{}/predict/"
HEAD = "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="a .tflite file, or the folder of a trained model")
    parser.add_argument("--honest", default=16, type=arguments.at_least(1), help="clients (default: %(default)s)")
    parser.add_argument("--idle", default=1000, type=arguments.at_least(0), help="connections (default: %(default)s)")
    parser.add_argument("--slow", default=200, type=arguments.at_least(0), help="clients (default: %(default)s)")
    parser.add_argument("--seconds", default=20, type=arguments.at_least(1), help="of each attack, and before it")
    args = parser.parse_args(argv)
    if not args.model.exists():
        raise InputError(f"{args.model}: there is no such file or folder; give a model with --model")

    attacks: dict[str, tuple[int, Callable]] = {
        f"{args.idle} idle connections": (args.idle, _idle),
        f"{args.slow} slow headers": (args.slow, _slow_header),
        f"{args.slow} slow bodies": (args.slow, _slow_body),
        "8 headers without end": (8, _endless_header),
        "8 bodies in crumbs": (8, _crumbs),
    }
    _allow_files(2 * (args.idle + args.slow) + 200)
    with one_server(args.model.resolve()) as (address, pid):
        clients = Honest(address, args.model.stem, args.honest)
        clients.measure(args.seconds)  # processes start, and take their memory
        print(f"{'attack':>26} {'p95, ms':>9} {'refused':>8} {'failed':>7} {'of quiet':>9} {'MB':>6}")
        quiet = _row("(none)", clients, args.seconds, pid, None)
        for name, (count, attack) in attacks.items():
            with _attacked(address, args.model.stem, attack, count):
                _row(name, clients, args.seconds, pid, quiet)


@contextlib.contextmanager
def one_server(model, *more):
    """(address, process) of a server that has this model; more: flags."""
    with tempfile.TemporaryDirectory() as home:
        flags = ["--port", "0", "--trained", model.parent, "--home", Path(home) / "served", *more]
        command = [str(part) for part in (sys.executable, ROOT / "ServeModel.py", *flags)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            found = next(found for line in server.stdout if (found := re.search(r"http://\S+?:(\d+)/", line)))
            yield (HONEST, int(found[1])), server.pid
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def recording_to_send(address, path):
    """A request that brings a recording."""
    held = io.BytesIO()
    recording.write(held, np.random.default_rng(0).normal(0, 0.1, WINDOW * RATE).astype("float32"), RATE)
    return requests.Request("POST", f"http://{HONEST}:{address[1]}{path}", files={"data": held.getvalue()}).prepare()


class Honest:
    """Clients that behave."""

    def __init__(self, address, model, count):
        self.form = recording_to_send(address, PATH.format(model))
        self.address, self.path, self.count = address, PATH.format(model), count

    def measure(self, seconds):
        """(milliseconds of each response, how many were refused, how many had no response)."""
        took, refused, failed = [], [], []
        until = time.perf_counter() + seconds

        def client():
            while time.perf_counter() < until:
                connection = http.client.HTTPConnection(*self.address, timeout=60, source_address=(HONEST, 0))
                try:
                    while (begun := time.perf_counter()) < until:
                        connection.request("POST", self.path, self.form.body, self.form.headers)
                        response = connection.getresponse()
                        response.read()
                        (took if response.status == 200 else refused).append(1000 * (time.perf_counter() - begun))
                except (OSError, http.client.HTTPException):
                    failed.append(begun)
                finally:
                    connection.close()

        threads = [threading.Thread(target=client) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return took, len(refused), len(failed)


def _row(name, clients, seconds, pid, quiet):
    """Print the figures of some seconds; returns p95 in milliseconds."""
    took, refused, failed = clients.measure(seconds)
    p95 = sorted(took)[int(0.95 * len(took))] if took else float("inf")
    times = "" if quiet is None else f"{p95 / quiet:.2f}"
    print(f"{name:>26} {p95:9.0f} {refused:8} {failed:7} {times:>9} {memory.together(pid):6}", flush=True)
    return p95


@contextlib.contextmanager
def _attacked(address, model, attack, count):
    """Attack from HOSTILE as long as the block takes."""
    over = threading.Event()
    threads = [threading.Thread(target=_again, args=(attack, address, model, over), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(10)


def _again(attack, address, model, over):
    """Attack, and come back when the server has hung up."""
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection(address, 30, source_address=(HOSTILE, 0)) as line:
            attack(line, PATH.format(model), over)
        over.wait(PAUSE)


def _idle(line, path, over):
    line.settimeout(PAUSE)
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            if not line.recv(1000):
                return


def _trickle(line, text, over):
    for byte in text:
        line.sendall(bytes([byte]))
        if over.wait(PAUSE):
            return


def _slow_header(line, path, over):
    _trickle(line, (HEAD.format(path) + "X: " + "y" * 10_000).encode(), over)


def _slow_body(line, path, over):
    line.sendall(f"{HEAD.format(path)}Content-Length: 1000000\r\n\r\n".encode())
    _trickle(line, b"--x\r\n" + b" " * 10_000, over)


def _endless_header(line, path, over):
    line.sendall(HEAD.format(path).encode())
    while not over.is_set():
        line.sendall(b"X: " + b"y" * 1000 + b"\r\n")


def _crumbs(line, path, over):
    line.sendall(f"{HEAD.format(path)}Transfer-Encoding: chunked\r\n\r\n".encode())
    while not over.is_set():
        line.sendall(b"1\r\ny\r\n" * 1000)


def _allow_files(n):
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < n:
        raise InputError(f"this machine lets a process open {hard} files, and {n} are needed: give fewer --idle")
    resource.setrlimit(resource.RLIMIT_NOFILE, (n, hard))


if __name__ == "__main__":
    console.run(main)
