"""Zips that are kept: used again, listed, deleted, given up with time, and never more than the quota."""

import io
import os
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from classifier.service.backup import write_backup
from classifier.service.jobs import process
from classifier.service.settings import Settings
from tests.classifier.service.conftest import SILENCE, served_here
from tests.conftest import write_data

TRAIN = "/v2/models/mel/train/"
TOKEN = {"Authorization": "Bearer secret"}
DAY = 86400


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder, held = write_data(tmp_path_factory.mktemp("kept") / "sounds"), io.BytesIO()
    with zipfile.ZipFile(held, "w") as zipped:
        for path in sorted(folder.rglob("*.wav")):
            zipped.write(path, path.relative_to(folder))
    return held.getvalue()


@contextmanager
def served(folder, **limits):
    """(client, uploads) of a server whose trainings only sleep."""
    asleep = process.Step("asleep", [sys.executable, "-c", f"import time; time.sleep(600)  # {folder}"])
    settings = Settings(out=folder / "models", home=folder / "home", token="secret", **limits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("classifier.service.jobs.queue.steps", lambda run, work: [asleep])
        with served_here(settings) as (address, app), httpx.Client(base_url=address, timeout=120) as client:
            client.headers.update(TOKEN)
            yield client, app.state.service.queue.uploads


def train(client, archive=None, **query):
    files = {"data": ("a.zip", archive)} if archive else None
    answer = client.post(TRAIN, params=query, files=files)
    assert answer.status_code == 201, answer.text
    return answer.json()


def end(client, run):
    """Cancel a training, and forget it."""
    for _ in range(2):
        assert client.delete(f"{TRAIN}{run['uuid']}").status_code == 200


def test_a_kept_zip_is_listed_used_again_and_deleted_when_no_training_needs_it(tmp_path, archive):
    with served(tmp_path) as (client, uploads):
        first = train(client, archive, kept=True)
        passing = train(client, archive)
        name = first["uuid"]
        (listed,) = client.get("/v2/uploads/").json()["uploads"]
        assert (listed["name"], listed["trainings"]) == (name, [name])
        assert sum(listed["labels"].values()) == listed["recordings"] > 0 and listed["bytes"] > len(archive) / 2
        end(client, first)
        again = train(client, dataset_directory=name)
        assert again["args"]["dataset_directory"] == name
        refused = client.delete(f"/v2/uploads/{name}")
        assert refused.status_code == 409
        assert refused.json()["message"] == (
            f"training {again['uuid']} learns from {name} or waits for it: cancel it, or wait until it is done"
        )
        end(client, again)
        assert (tmp_path / "home" / "uploads" / name).is_dir()
        assert client.delete(f"/v2/uploads/{passing['uuid']}").status_code == 404  # it goes with its training
        assert client.delete(f"/v2/uploads/{name}").json()["name"] == name
        assert client.get("/v2/uploads/").json()["uploads"] == []
        assert client.post(TRAIN, params={"dataset_directory": name}).status_code == 404
        end(client, passing)
        assert list((tmp_path / "home" / "uploads").iterdir()) == []


def test_what_is_kept_is_told_and_deleted_with_the_token_only(tmp_path, archive):
    with served(tmp_path) as (client, _):
        run = train(client, archive, kept=True)
        end(client, run)
        del client.headers["Authorization"]
        assert client.get("/v2/uploads/").status_code == 401
        assert client.delete(f"/v2/uploads/{run['uuid']}").status_code == 401
        assert (tmp_path / "home" / "uploads" / run["uuid"]).is_dir()


def test_what_nobody_uses_expires_and_a_clock_set_back_deletes_nothing(tmp_path, archive):
    with served(tmp_path, kept_seconds=30 * DAY) as (client, uploads):
        old, used, later = (train(client, archive, kept=True) for _ in range(3))
        for run in (old, later):
            end(client, run)
        for run, days in ((old, 31), (used, 31), (later, -400)):
            when = time.time() - days * DAY
            os.utime(uploads.folder / run["uuid"], (when, when))
        names = {one["name"] for one in client.get("/v2/uploads/").json()["uploads"]}
        assert names == {used["uuid"], later["uuid"]} == {path.name for path in uploads.folder.iterdir()}
        end(client, used)
        uploads.expire()
        assert (uploads.folder / used["uuid"]).is_dir()  # its training counted as use
        when = time.time() - 31 * DAY
        os.utime(uploads.folder / used["uuid"], (when, when))
    with served(tmp_path, kept_seconds=30 * DAY) as (client, uploads):  # what has expired goes with the start, too
        assert {one["name"] for one in client.get("/v2/uploads/").json()["uploads"]} == {later["uuid"]}


def first_line(client, length):
    """What the server answers to the header of an upload, before any of its body is sent."""
    address = (client.base_url.host, client.base_url.port)
    form = "Content-Type: multipart/form-data; boundary=x"
    head = [f"POST {TRAIN} HTTP/1.1", f"Host: {address[0]}", "Authorization: Bearer secret", form, length, "", ""]
    with socket.create_connection(address, timeout=60) as line:
        line.sendall("\r\n".join(head).encode())
        return line.recv(100).partition(b"\r\n")[0].decode()


def test_more_than_the_quota_is_refused_before_the_body_has_come(tmp_path, archive):
    with served(tmp_path) as (client, uploads):
        run = train(client, archive, kept=True)
        (listed,) = client.get("/v2/uploads/").json()["uploads"]
        uploads.quota = listed["bytes"] + 1000
        assert first_line(client, f"Content-Length: {10**6}").startswith("HTTP/1.1 413")
        assert first_line(client, "Content-Length: 2000").startswith("HTTP/1.1 507")
        uploads.quota = listed["bytes"]
        assert first_line(client, "Transfer-Encoding: chunked").startswith("HTTP/1.1 507")
        uploads.quota = listed["bytes"] + len(archive) // 2
        answer = client.post(TRAIN, files={"data": ("a.zip", archive)})
        assert answer.status_code == 507
        for what in ("uploads take 0.00 GB of 0.00 GB (--uploads-gb)", "GET and DELETE /v2/uploads/"):
            assert what in answer.json()["message"], answer.text
        end(client, run)
        uploads.quota = 2 * len(archive)
        assert client.delete(f"/v2/uploads/{run['uuid']}").status_code == 200
        assert train(client, archive)["status"] in ("waiting", "running")


@pytest.mark.parametrize(("n_held", "code"), [(0, 413), (1, 507)])
def test_what_is_too_large_once_it_is_unpacked_is_refused_and_nothing_is_left(tmp_path, archive, n_held, code):
    with served(tmp_path) as (client, uploads):
        held = [train(client, archive, kept=True)["uuid"] for _ in range(n_held)]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as small:
            for name in ("a/1.wav", "a/2.wav", "b/1.wav", "b/2.wav"):
                small.writestr(name, SILENCE)
        n_bytes = 4 * len(SILENCE)
        uploads.quota = n_bytes - 1 if code == 413 else len(archive) + n_bytes - 10_000
        answer = client.post(TRAIN, files={"data": ("a.zip", packed.getvalue())})
        assert answer.status_code == code, answer.text
        assert [path.name for path in uploads.folder.iterdir()] == held
        assert [run["uuid"] for run in client.get(TRAIN).json()] == held


def test_a_backup_put_back_elsewhere_has_the_kept_zips(tmp_path, archive):
    (tmp_path / "models").mkdir()
    with served(tmp_path) as (client, _):
        run = train(client, archive, kept=True)
        end(client, run)
        write_backup(tmp_path / "home", tmp_path / "models", tmp_path / "kept.tar")
    back = tmp_path / "back"
    back.mkdir()
    subprocess.run(["tar", "xf", tmp_path / "kept.tar", "-C", back], check=True)
    with served(back) as (client, _):
        (listed,) = client.get("/v2/uploads/").json()["uploads"]
        assert listed["name"] == run["uuid"] and listed["recordings"] > 0
        assert train(client, dataset_directory=run["uuid"])["args"]["dataset_directory"] == run["uuid"]


def test_only_a_name_is_a_name(tmp_path, archive):
    (Path(tmp_path) / "home" / "elsewhere").mkdir(parents=True)
    with served(tmp_path) as (client, _):
        for name in ("..%2Felsewhere", "%2E%2E", ".hidden"):
            assert client.delete(f"/v2/uploads/{name}").status_code in (404, 405)
            assert client.post(f"{TRAIN}?dataset_directory={name}").status_code == 404
    assert (Path(tmp_path) / "home" / "elsewhere").is_dir()
