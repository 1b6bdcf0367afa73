"""The clock of the machine is set back while a server runs: limits of time hold, and the order stays.

That of a process that decodes is in test_workers.py: it cannot be started under libfaketime.
"""

import socket
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from tests.classifier.service.conftest import served, write_tiny_model
from tests.conftest import wait_until

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
HASTY = """
from dataclasses import replace
import ServeModel
from classifier.service import server
serve = server.serve
def hasty(settings, *reach):
    serve(replace(settings, connections=replace(settings.connections, first_byte_seconds=1, header_seconds=1)), *reach)
server.serve = hasty
ServeModel.main()
"""


@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not here (apt install faketime)")
def test_limits_of_time_and_the_order_hold_when_the_clock_is_set_back(tmp_path, monkeypatch):
    clock = tmp_path / "clock"
    clock.write_text("+0")
    for name, value in {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # which no system sets back
    }.items():
        monkeypatch.setenv(name, value)
    flags = {"program": ("-c", HASTY)}
    with served(write_tiny_model(tmp_path / "models"), tmp_path / "home", **flags) as server:
        ask = server.client
        asked = {"dataset_directory": "data_short", "epochs": 1000}
        before = [ask.post("/v2/models/stft_mean_mlp/train/", params=asked).json() for _ in range(2)]
        then = date(ask)
        clock.write_text("-5h")
        wait_until(lambda: (then - date(ask)).total_seconds() > 4 * 3600)
        after = ask.post("/v2/models/stft_mean_mlp/train/", params=asked).json()
        listed = ask.get("/v2/train/").json()["runs"]
        assert [run["uuid"] for run in listed] == [run["uuid"] for run in (after, *reversed(before))]
        assert [run["status"] for run in listed[:2]] == ["waiting", "waiting"]
        assert after["date"] >= before[-1]["date"]
        cancelled = ask.delete(f"/v2/models/stft_mean_mlp/train/{before[1]['uuid']}").json()
        assert cancelled["status"] == "cancelled", cancelled
        with socket.create_connection(("127.0.0.1", httpx.URL(server.address).port)) as slow:
            slow.sendall(b"GET / HT")
            assert slow.recv(1000).startswith(b"HTTP/1.1 408")


def date(ask):
    return parsedate_to_datetime(ask.get("/healthz").headers["date"])
