"""What strangers may send to a real server, and what becomes of it."""

import gzip
import io
import struct
import tarfile
import zipfile

import pytest

from tests.classifier.service.conftest import SILENCE, WAV, served
from tests.conftest import ROOT


def zipped(*members, **settings):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", **settings) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return held.getvalue()


def tarred(name, data=b"", **about):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        for what, value in about.items():
            setattr(member, what, value)
        archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


def encrypted():
    held = bytearray(zipped(("a.wav", SILENCE)))
    for at in (6, held.index(b"PK\x01\x02") + 8):
        held[at] |= 1
    return bytes(held)


REFUSED = {
    "nothing at all": b"",
    "words": b"dear listener",
    "a page": b"<html><script>alert(1)</script></html>",
    "a header alone": WAV,
    "hours that are promised, and not there": WAV + b"data" + struct.pack("<I", 2**30) + bytes(100),
    "a rate of nothing": SILENCE[:24] + bytes(4) + SILENCE[28:],
    "a playlist": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "a list of files": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "a bomb": zipped(("a.wav", bytes(300 * 2**20)), compression=zipfile.ZIP_DEFLATED),
    "a bomb in gz": gzip.compress(bytes(300 * 2**20)),
    "out of its folder": zipped(("../../evil.wav", SILENCE)),
    "an absolute path": zipped(("/tmp/evil.wav", SILENCE)),
    "a backslash": zipped(("..\\evil.wav", SILENCE)),
    "out of its folder, in a tar": tarred("../evil.wav", SILENCE),
    "a link": tarred("a.wav", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a hard link": tarred("a.wav", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "a device": tarred("a.wav", type=tarfile.CHRTYPE, devmajor=1, devminor=5),
    "a pipe": tarred("a.wav", type=tarfile.FIFOTYPE),
    "too many": zipped(*((f"{i}.wav", b"") for i in range(1001))),
    "an archive in an archive": zipped(("inside.zip", zipped(("a.wav", SILENCE)))),
    "encrypted": encrypted(),
    "cut off": zipped(("a.wav", SILENCE))[:-30],
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_the_server_goes_on(server, what):
    answer = server.client.post("/v2/models/signal/predict/", files={"data": ("of a stranger.wav", REFUSED[what])})
    assert answer.status_code in (413, 415, 422), answer.text
    said = answer.json()["message"]
    assert "of a stranger" in said
    assert not any(path in answer.text for path in (str(ROOT), str(server.home), "staging"))
    assert not list((server.home / "staging").glob("*"))
    good = server.client.post("/v2/models/signal/predict/", files={"data": ("a.wav", SILENCE)})
    assert good.status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {"files": [("data", ("a.wav", SILENCE)), ("data", ("b.wav", SILENCE))]},
        {"data": {f"field{i}": "x" for i in range(100)}, "files": {"data": ("a.wav", SILENCE)}},
        {"data": {"field": "x" * 2**20}, "files": {"data": ("a.wav", SILENCE)}},
    ],
    ids=["two files", "many fields", "a long field"],
)
def test_a_form_holds_one_file_and_little_else(server, form):
    assert server.client.post("/v2/models/signal/predict/", **form).status_code == 400


def test_nothing_was_written_outside(server):
    everything = [path for folder in (server.home.parent, ROOT) for path in folder.rglob("evil.wav")]
    assert not everything


@pytest.mark.parametrize(
    "name", ["../../evil.wav", "/etc/passwd", "a\nb.wav", "\u202egnp.wav", "x" * 5000 + ".wav", ""]
)
def test_a_file_may_be_called_anything(server, name):
    answer = server.client.post("/v2/models/signal/predict/", files={"data": (name, SILENCE)})
    assert answer.status_code in (200, 400, 422)
    assert "/etc/" not in answer.text and "../" not in answer.text


@pytest.mark.parametrize(
    "what", ["words", "a bomb", "out of its folder", "a link", "too many", "one label", "a list that names other files"]
)
def test_data_to_train_on_is_looked_at_in_the_same_way(server, what):
    more = {
        "one label": zipped(("song/a.wav", SILENCE)),
        "a list that names other files": zipped(("data.csv", "path,label\n/etc/passwd,a\n"), ("a/b.wav", SILENCE)),
    }
    before = [run["uuid"] for run in server.client.get("/v2/train/").json()["runs"]]  # of other tests
    answer = server.client.post("/v2/models/signal/train/", files={"data": ("data.zip", {**REFUSED, **more}[what])})
    assert answer.status_code in (413, 415, 422), answer.text
    assert str(server.home) not in answer.text
    assert not list((server.home / "uploads").glob("*"))
    assert [run["uuid"] for run in server.client.get("/v2/train/").json()["runs"]] == before


@pytest.fixture(scope="module")
def fetcher(trained, tmp_path_factory):
    with served(trained.out, tmp_path_factory.mktemp("fetcher") / "home", "--allow-urls") as server:
        yield server


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:22/",
        "http://localhost/",
        "http://[::1]/a.wav",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user:password@127.0.0.1/",
        "http://",
        "//127.0.0.1",
        "nonsense",
    ],
)
def test_private_addresses_are_not_fetched(fetcher, address):
    answer = fetcher.client.post("/v2/models/signal/predict/", params={"url": address})
    assert answer.status_code in (403, 422), answer.text
    assert "root:" not in answer.text
    assert fetcher.client.get("/v2/").json()["urls"] is True
