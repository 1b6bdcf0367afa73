"""Several workers on one port: limits that hold over all, one that dies, one queue of trainings, an end in time."""

import json
import os
import re
import signal
import socket

import httpx
import psutil
import pytest

from classifier.service import tokens
from classifier.service.settings import ConnectionLimits, Settings
from classifier.service.supervisor import share_of_worker
from tests.classifier.service.conftest import SILENCE, served, write_tiny_model
from tests.classifier.service.test_operation import HEADERS, PART
from tests.conftest import alive, wait_until

pytest.importorskip("resource", reason="Windows cannot ask a process to end")
RECORDING = {"data": ("a.wav", SILENCE)}
IMPATIENT = """
from dataclasses import replace
import ServeModel
from classifier.service import server
serve = server.serve
server.serve = lambda settings, *reach: serve(replace(settings, hang_seconds=5), *reach)
ServeModel.main()
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A server of two workers."""
    folder = tmp_path_factory.mktemp("two")
    flags = ("--workers", "2", "--token", "secret", "--log", "requests")
    with served(write_tiny_model(folder / "models"), folder / "home", *flags) as server:
        wait_until(lambda: len(workers_of(server)) == 2 and all(ready(server) for _ in range(8)))
        yield server


def workers_of(server):
    """The processes that listen, but for the one that was started."""
    port = int(server.address.rpartition(":")[2])
    return {child.pid for child in psutil.Process(server.process.pid).children() if listens(child, port)}


def listens(process, port):
    """Whether a process listens on a port; one that ends while it is asked does not."""
    try:
        held = process.net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    return any(one.laddr.port == port and one.status == "LISTEN" for one in held)


def ready(server):
    return httpx.get(f"{server.address}/readyz", timeout=60).status_code == 200


def count_of(server, route):
    """Requests of a route, by /metrics."""
    found = re.findall(rf'^requests_total{{.*route="{route}".*}} (\S+)', server.client.get("/metrics").text, re.M)
    return sum(map(float, found))


def test_figures_and_the_cookie_are_those_of_all_workers(two):
    before = count_of(two, "/v2/models/{name}/")
    cookie = two.client.post("/v2/session/", headers={"Authorization": "Bearer secret"}).headers["set-cookie"]
    for _ in range(12):  # each on a connection of its own: some worker takes it
        assert httpx.get(f"{two.address}/v2/models/tiny/").status_code == 200
        asked = {"Cookie": cookie.partition(";")[0]}
        assert httpx.delete(f"{two.address}/v2/models/mel/train/none", headers=asked).status_code == 404
    assert count_of(two, "/v2/models/{name}/") == before + 12


def test_wrong_tokens_are_counted_over_all_workers(two):
    with_guess = {"Authorization": "Bearer guess"}
    transport = httpx.HTTPTransport(local_address="127.0.0.3")
    with httpx.Client(transport=transport, headers={**with_guess, "Connection": "close"}) as ask:
        codes = [ask.post(f"{two.address}/v2/session/").status_code for _ in range(tokens.TRIES + 2)]
    assert codes == [401] * tokens.TRIES + [429] * 2


def test_connections_of_an_address_are_counted_over_all_workers(two):
    most = ConnectionLimits.connections_per_client
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    transport = httpx.HTTPTransport(local_address="127.0.0.4", limits=limits)
    with httpx.Client(transport=transport) as ask:
        codes, open_ones = [], []
        for _ in range(most + 4):
            streamed = ask.stream("GET", f"{two.address}/v2/models/")  # not read: the connection stays
            open_ones.append(streamed)
            codes.append(streamed.__enter__().status_code)
        for streamed in open_ones:
            streamed.__exit__(None, None, None)
    assert codes == [200] * most + [429] * 4


def test_what_workers_may_do_at_once_is_divided():
    share = share_of_worker(Settings(workers=3, live=2))
    assert (share.connections.connections, share.waiting, share.live) == (170, 10, 1)
    assert share.minute_seconds == Settings.minute_seconds and share.connections.connections_per_client == 64


def test_a_worker_that_is_killed_is_replaced_and_the_others_answer_meanwhile(two):
    before = workers_of(two)
    dead = min(before)
    os.kill(dead, signal.SIGKILL)
    for _ in range(8):
        assert httpx.post(f"{two.address}/v2/models/tiny/predict/", files=RECORDING, timeout=60).status_code == 200
    wait_until(lambda: len(workers_of(two) - {dead}) == 2)
    assert before - {dead} <= workers_of(two)
    staging = {path.name for path in two.home.glob("staging-*[0-9]")}
    assert f"staging-{dead}" not in staging


def test_a_worker_that_hangs_is_killed_and_replaced_and_the_others_answer_meanwhile(tmp_path):
    how = {"program": ("-c", IMPATIENT)}
    with served(write_tiny_model(tmp_path / "models"), tmp_path / "home", "--workers", "2", **how) as server:
        wait_until(lambda: len(workers_of(server)) == 2 and all(ready(server) for _ in range(8)))
        before = workers_of(server)
        hung = min(before)
        os.kill(hung, signal.SIGSTOP)
        for _ in range(8):
            assert httpx.post(f"{server.address}/v2/models/tiny/predict/", files=RECORDING, timeout=60).is_success
        wait_until(lambda: len(workers_of(server) - {hung}) == 2)
        assert before - {hung} <= workers_of(server)
        _, said = server.stop(signal.SIGTERM)
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    about_it = [line["event"] for line in lines if line.get("process") == hung]
    assert about_it == ["a worker hangs, and is killed", "a worker has ended, and is replaced"]
    assert len([line for line in lines if "hangs" in line["event"]]) == 1


def test_trainings_of_all_workers_are_in_one_queue_and_an_end_answers_what_is_under_way(tmp_path):
    flags = ("--workers", "2", "--log", "requests")
    with served(write_tiny_model(tmp_path / "models"), tmp_path / "home", *flags) as server:
        asked = {"dataset_directory": "data_short", "epochs": 1000}
        url = f"{server.address}/v2/models/stft_mean_mlp/train/"
        runs = [httpx.post(url, params=asked, timeout=60).json() for _ in range(3)]
        lists = [httpx.get(f"{server.address}/v2/train/").json()["runs"] for _ in range(6)]
        assert all({run["uuid"] for run in runs} == {run["uuid"] for run in listed} for listed in lists)
        statuses = [httpx.get(f"{url}{run['uuid']}").json()["status"] for run in runs]
        assert statuses.count("running") <= 1 and set(statuses) <= {"running", "waiting"}
        mine = [process.pid for process in psutil.Process(server.process.pid).children(recursive=True)]
        body = PART + SILENCE + b"\r\n--b--\r\n"
        with socket.create_connection(("127.0.0.1", httpx.URL(server.address).port)) as sending:
            head = HEADERS.format(host="localhost") + f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
            sending.sendall(head.encode())
            assert b" 100 " in sending.recv(1000)  # a worker has it
            server.process.send_signal(signal.SIGTERM)
            sending.sendall(body)
            with sending.makefile("rb") as answer:
                assert b"HTTP/1.1 200 OK" in answer.read()
        code, said = server.stop(signal.SIGTERM)
    assert code == -signal.SIGTERM
    wait_until(lambda: not any(map(alive, mine)))
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines].count("stopped") == 2 and "Traceback" not in said
    assert not list((tmp_path / "home").glob("staging*")) and not (tmp_path / "home" / "server.json").exists()


def test_workers_end_when_the_process_that_watches_them_is_killed(two):  # the last one that needs it
    mine = [process.pid for process in psutil.Process(two.process.pid).children(recursive=True)]
    assert len(mine) > 4  # two workers, which have readers
    two.process.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(map(alive, mine)))
