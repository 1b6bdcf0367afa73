"""Connections that take more than they may, over real sockets: they are closed, and others are served meanwhile."""

import contextlib
import json
import socket
from dataclasses import replace

import httpx
import pytest
from websockets.sync.client import connect

from classifier.service.settings import ConnectionLimits, Settings
from tests.classifier.service.conftest import served_here, write_tiny_model
from tests.conftest import wait_until

PATIENT = ConnectionLimits(connections=12, connections_per_client=8, first_byte_seconds=100, header_seconds=100)
HASTY = ConnectionLimits(
    first_byte_seconds=1,  # time enough for a good client on a busy machine
    header_seconds=1,
    body_seconds=1,
    body_bytes_per_second=10**6,
    longest_body_seconds=2,
    idle_seconds=2,
)
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # of RFC 6455
FORM = "Content-Type: multipart/form-data; boundary=x"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("models"))


@contextlib.contextmanager
def limited(folder, home, limits):
    with served_here(Settings(out=folder, home=home, connections=limits)) as (address, _):
        yield address


@pytest.fixture(scope="module")
def hasty(folder, tmp_path_factory):
    with limited(folder, tmp_path_factory.mktemp("hasty"), HASTY) as address:
        yield address


@pytest.fixture(scope="module")
def patient(folder, tmp_path_factory):
    with limited(folder, tmp_path_factory.mktemp("patient"), PATIENT) as address:
        yield address


def line(address, source="127.0.0.1"):
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60, source_address=(source, 0))


def head(*fields, method="POST", path="/v2/models/tiny/predict/"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *fields, "", ""]).encode()


def all_of(connection):
    """What is answered, until the server hangs up."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while received := connection.recv(65536):
            answer += received
    return answer


def is_ok(address, **settings):
    with httpx.Client(transport=httpx.HTTPTransport(**settings)) as client:
        return client.get(f"{address}/healthz").json() == {"status": "OK"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", b"no request came in time"),
        (b"GET / HT", b"the header of the request did not end in time"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n", b"the header of the request did not end in time"),
        (head(FORM, "Content-Length: 1000") + b"--x", b"the body of the request came too slowly"),
        (head(FORM, "Transfer-Encoding: chunked") + b"2\r\n--\r\n", b"the body of the request came too slowly"),
    ],
    ids=["nothing", "a line", "a header", "a body", "chunks"],
)
def test_what_does_not_come_in_time_is_not_awaited(hasty, sent, said):
    with line(hasty) as slow:
        slow.sendall(sent)
        answer = all_of(slow)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout") and said in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == "error"
    assert is_ok(hasty)


def test_a_header_that_comes_byte_by_byte_has_no_more_time(hasty):
    sent = 0
    with line(hasty) as slow, contextlib.suppress(ConnectionError):
        slow.settimeout(0.02)
        slow.sendall(b"GET / HTTP/1.1\r\nX: ")
        while sent < 1000:
            slow.sendall(b"x")
            sent += 1
            with contextlib.suppress(TimeoutError):
                assert slow.recv(100).startswith(b"HTTP/1.1 408")
                break
    assert sent < 1000


def test_an_idle_connection_is_closed_and_one_that_is_used_is_not(hasty):
    with line(hasty) as used:
        for _ in range(3):
            used.sendall(head(method="GET", path="/healthz"))
            assert used.recv(65536).startswith(b"HTTP/1.1 200")
        assert used.recv(100) == b""


def test_a_body_that_goes_on_after_its_response_is_not_awaited(hasty):
    with line(hasty) as going_on:
        going_on.sendall(head(FORM, f"Content-Length: {10**12}"))
        assert b" 413 " in going_on.recv(65536)
        with contextlib.suppress(ConnectionError):
            while going_on.send(bytes(1000)):
                pass


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nX: " + b"x" * 10**6,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10**5,
        b"GET /" + b"x" * 10**6,
        head(FORM, "Transfer-Encoding: chunked") + b"1;" + b"x" * 10**6,
        head(FORM, "Transfer-Encoding: chunked") + b"0\r\n" + b"X: y\r\n" * 10**5,
        head(FORM, "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 10**5,
    ],
    ids=["field", "fields", "line", "chunk", "trailers", "crumbs"],
)
def test_what_has_no_end_is_refused(patient, sent):
    with line(patient) as endless:
        with contextlib.suppress(ConnectionError):
            endless.sendall(sent)
        answer = all_of(endless)
    assert not answer or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431", b"HTTP/1.1 413")), answer
    assert is_ok(patient)


def test_a_whole_header_may_be_too_large_too(patient):
    for fields in ([f"X{i}: y" for i in range(200)], ["X: " + "x" * 40_000]):
        with line(patient) as large:
            large.sendall(head(*fields, "Connection: close", method="GET", path="/healthz"))
            answer = all_of(large)
        assert not answer or answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400")), answer


def test_one_address_has_so_many_connections_and_the_next_is_told(patient):
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(line(patient, "127.0.0.2")) for _ in range(30)]
        wait_until(lambda: sum(map(is_closed, idle)) >= 30 - PATIENT.connections_per_client)
        refused = [one for one in idle if is_closed(one)]
        assert len(refused) == 30 - PATIENT.connections_per_client
        assert b" 429 " in all_of(refused[0])
        assert is_ok(patient)
        assert all(is_ok(patient, local_address=f"127.0.0.{n}") for n in range(3, 6))
    wait_until(lambda: is_ok_from(patient, "127.0.0.2"))


def test_many_addresses_give_up_idle_connections_for_others(patient):
    with contextlib.ExitStack() as stack:
        for n in range(20, 40):
            for _ in range(3):
                stack.enter_context(line(patient, f"127.0.0.{n}"))
        assert is_ok(patient)


def is_closed(connection):
    """Whether the server has refused a connection; one that waits for a request says nothing."""
    connection.settimeout(0.2)
    with contextlib.suppress(TimeoutError):
        return connection.recv(1, socket.MSG_PEEK) is not None
    return False


def is_ok_from(address, source):
    try:
        return is_ok(address, local_address=source)
    except (httpx.HTTPError, ValueError):
        return False


def test_a_socket_of_a_microphone_counts_as_a_connection(folder, tmp_path):
    limits = replace(PATIENT, connections_per_client=2)
    with limited(folder, tmp_path, limits) as address, contextlib.ExitStack() as stack:
        live = address.replace("http", "ws", 1) + "/v2/models/tiny/live?rate=16000"
        for _ in range(2):
            stack.enter_context(connect(live))
        assert not is_ok_from(address, "127.0.0.1")
        assert is_ok_from(address, "127.0.0.2")
        stack.close()
        wait_until(lambda: is_ok_from(address, "127.0.0.1"))


@pytest.mark.parametrize("opcode", [0x9, 0x2, 0xA], ids=["pings", "messages", "pongs"])
def test_a_socket_with_more_frames_than_any_microphone_is_closed(patient, opcode):
    with line(patient) as flooding, contextlib.suppress(ConnectionError):
        asks = ("Connection: Upgrade", "Upgrade: websocket")
        upgrade = (*asks, "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}")
        flooding.sendall(head(*upgrade, method="GET", path="/v2/models/tiny/live?rate=16000"))
        assert b" 101 " in flooding.recv(1000)
        flooding.sendall(bytes([0x80 | opcode, 0x80, 0, 0, 0, 0]) * 20_000)
        assert b"frames a second are the most" in all_of(flooding)
    assert is_ok(patient)


def test_a_body_with_a_length_and_chunks_is_refused_and_what_follows_is_no_request(patient):
    both = head("Content-Length: 5", "Transfer-Encoding: chunked", path="/v2/session/")
    with line(patient) as smuggling:
        smuggling.sendall(both + b"0\r\n\r\n" + head(method="GET", path="/healthz"))
        answer = all_of(smuggling)
    assert answer.startswith(b"HTTP/1.1 400") and answer.count(b"HTTP/1.1 ") == 1


def test_no_proxy_and_no_browser_keeps_an_answer_and_pages_are_asked_for_anew(patient):
    for path in ("/v2/models/", "/v2/train/", "/v2/no-such-thing/", "/reports/tiny/index.html"):
        assert httpx.get(patient + path).headers["cache-control"] == "no-store"
    assert httpx.get(patient).headers["cache-control"] == "no-cache"
