"""A server that is left running: its log, whether it is ready, and how it ends."""

import json
import signal
import socket
from urllib.parse import urlsplit

import pytest

from tests.classifier.service.conftest import served
from tests.conftest import wait_until, write_tone

HEADERS = "POST /v2/wav/ HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="data"; filename="my secret holiday.wav"\r\n\r\n'


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """What a server without models answered and said; it was asked to end while a recording was sent to it."""
    folder = tmp_path_factory.mktemp("operation")
    body = PART + write_tone(folder / "tone.wav", seconds=0.5).read_bytes() + b"\r\n--b--\r\n"
    with served(folder / "trained", folder / "home", "--log", "requests") as server:
        wait_until(lambda: server.client.get("/readyz").status_code == 200)
        answers = {"healthz": server.client.get("/healthz", headers={"X-Request-ID": "of-a-proxy"})}
        host = urlsplit(server.address)
        with socket.create_connection((host.hostname, host.port)) as sending:
            head = HEADERS.format(host=host.netloc) + f"Content-Length: {len(body)}\r\n\r\n"
            sending.sendall(head.encode() + body[:100])
            for _ in range(3):  # when these are answered, the server has read what was sent before them
                server.client.get("/healthz")
            server.process.send_signal(signal.SIGTERM)
            sending.sendall(body[100:])
            with sending.makefile("rb") as answer:
                answers["late"] = answer.read()
        said, _ = server.process.communicate()
    return answers, server.process.returncode, said


def test_a_request_under_way_is_answered_before_the_server_ends(stopped):
    answers, code, said = stopped
    assert answers["late"].startswith(b"HTTP/1.1 200 OK") and b"RIFF" in answers["late"]
    assert code == -signal.SIGTERM and "Traceback" not in said, said  # as who sent it expects


def test_each_request_is_a_line_with_its_id_and_without_the_name_of_a_recording(stopped):
    answers, _, said = stopped
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert answers["healthz"].headers["x-request-id"] == "of-a-proxy"
    by_id = {line["request"]: line for line in lines if line["event"] == "request"}
    assert by_id["of-a-proxy"]["route"] == "/healthz" and by_id["of-a-proxy"]["status"] == 200
    assert any(line["route"] == "/v2/wav/" and line["status"] == 200 for line in by_id.values())
    assert "holiday" not in said
    events = [line["event"] for line in lines if line["event"] != "request"]
    assert events == ["ready", "stopping", "stopped"]
