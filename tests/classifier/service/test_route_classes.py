"""What becomes of work: it ends when nobody waits for it, has its share of the places, and stops at a full disk."""

import io
import subprocess
import sys
import zipfile
from dataclasses import replace

import httpx
import numpy as np
import pytest
import soundfile

from classifier.service.settings import Settings
from tests.classifier.service.conftest import SILENCE, served_here, write_tiny_model
from tests.classifier.service.test_connections import line
from tests.conftest import wait_until

PREDICT = "/v2/models/tiny/predict/"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    return Settings(out=write_tiny_model(folder / "models"), home=folder / "home")


def recordings(count, seconds):
    """A zip of recordings."""
    sound, held = io.BytesIO(), io.BytesIO()
    soundfile.write(sound, np.zeros(8000 * seconds), 8000, format="FLAC")
    with zipfile.ZipFile(held, "w") as archive:
        for i in range(count):
            archive.writestr(f"{i}.flac", sound.getvalue())
    return held.getvalue()


def sent(content, name="many.zip"):
    """The bytes of a request that sends a file."""
    files = {"data": (name, content)}
    request = httpx.Request("POST", f"http://localhost{PREDICT}", files=files, headers={"Host": "localhost"})
    fields = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"POST {PREDICT} HTTP/1.1\r\n{fields}\r\n".encode() + request.read()


def busy(service):
    """Whether any process has work."""
    return any(pool.asked or pool.turns.waiting for pool in (service.workers.readers, service.workers.unpackers))


def test_work_ends_when_its_client_has_gone(settings):
    with served_here(settings) as (address, app):
        service = app.state.service
        with line(address) as going:
            going.sendall(sent(recordings(1000, 60)))  # of minutes
            wait_until(lambda: service.metrics.classified._value.get() > 0)
        wait_until(lambda: not busy(service) and not service.places.taken)
        assert not list((settings.home / "staging").glob("*"))
        done = service.metrics.classified._value.get()
        assert httpx.post(address + PREDICT, files={"data": SILENCE}, timeout=60).status_code == 200
        assert service.metrics.classified._value.get() == done + 1


def test_work_ends_at_its_deadline_and_its_client_is_told(settings):
    with served_here(replace(settings, predict_seconds=3)) as (address, app):
        service = app.state.service
        late = httpx.post(address + PREDICT, files={"data": ("many.zip", recordings(1000, 60))}, timeout=60)
        assert late.status_code == 408
        assert late.json() == {"status": "error", "message": "no response within 3 s: send less at once"}
        wait_until(lambda: not busy(service) and not service.places.taken)
        done = service.metrics.classified._value.get()
        wait_until(lambda: httpx.post(address + PREDICT, files={"data": SILENCE}, timeout=60).status_code == 200)
        assert service.metrics.classified._value.get() == done + 1  # nothing of the other one any more
        assert not list((settings.home / "staging").glob("*"))


def test_where_all_work_who_has_none_displaces_one_of_who_has_most(settings):
    with served_here(replace(settings, waiting=2)) as (address, app):
        service = app.state.service
        many = sent(recordings(1000, 60))
        with line(address, "127.0.0.2") as first, line(address, "127.0.0.2") as second:
            for place, one in enumerate((first, second), 1):
                one.sendall(many)
                wait_until(lambda place=place: service.places.taken == place)
            wait_until(lambda: service.metrics.classified._value.get() > 0)
            assert httpx.post(address + PREDICT, files={"data": SILENCE}, timeout=60).status_code == 200
            answer = first.recv(10_000)
            assert b" 429 " in answer and b"retry-after: 1" in answer.lower() and b"others wait too" in answer
            assert "127.0.0.2" in service.places.held


def test_hours_of_audio_are_bounded_in_a_request_and_in_a_minute(settings):
    with served_here(replace(settings, request_seconds=25, minute_seconds=60)) as (address, _):
        ask = httpx.Client(base_url=address, timeout=60)
        answer = ask.post(PREDICT, files={"data": ("many.zip", recordings(9, 10))})
        assert answer.status_code == 413 and "many.zip holds more than 25 s of audio" in answer.json()["message"]
        assert ask.post(PREDICT, files={"data": ("many.zip", recordings(2, 10))}).status_code == 200
        assert ask.post(PREDICT, files={"data": ("many.zip", recordings(2, 10))}).status_code == 200
        refused = ask.post(PREDICT, files={"data": ("a.wav", SILENCE)})
        assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 60
        ask.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows mounts no tmpfs")
def test_a_full_disk_is_507_and_the_server_goes_on(settings, tmp_path):
    home = tmp_path / "small"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", home]
    if (mounted := subprocess.run(mount, capture_output=True, text=True)).returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        with served_here(replace(settings, home=home)) as (address, _):
            ask = httpx.Client(base_url=address, timeout=60)
            full = ask.post(PREDICT, files={"data": ("a.wav", SILENCE + bytes(2**20))})
            assert full.status_code == 507 and "the disk of the server is full" in full.json()["message"]
            bombs = {"data": ("many.zip", zipped_silence(2**20))}
            assert ask.post(PREDICT, files=bombs).status_code == 507
            assert ask.post(PREDICT, files={"data": ("a.wav", SILENCE)}).status_code == 200
            fill(home / "filler")
            assert ask.post(PREDICT, files={"data": ("a.wav", SILENCE)}).status_code == 507
            assert ask.post("/v2/models/mel/train/?dataset_directory=data_short").status_code == 507
            assert ask.get("/v2/train/").json() == {"runs": []}
            (home / "filler").unlink()
            assert ask.post(PREDICT, files={"data": ("a.wav", SILENCE)}).status_code == 200
            assert ask.get("/healthz").status_code == 200
            ask.close()
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)


def zipped_silence(n_bytes):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.wav", SILENCE + bytes(n_bytes))
    return held.getvalue()


def fill(path):
    """Write until the disk is full."""
    with path.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
