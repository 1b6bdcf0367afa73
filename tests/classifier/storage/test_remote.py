"""What lies elsewhere: in a bucket of an S3 server on loopback, on a web server, and in memory."""

import functools
import http.server
import os
import threading

import pytest

from classifier.audio import recording
from classifier.core.errors import InputError
from classifier.storage import remote

CONTENTS = {"song/a.wav": b"one", "song/b 1.FLAC": b"two", "speech/c.mp3": b"three", "notes.txt": b"words"}


@pytest.fixture
def s3(bucket):
    """(address of a folder of CONTENTS, put(name, bytes or None)); a bucket of its own for each test."""
    name = f"raw-{os.urandom(4).hex()}"
    bucket.create_bucket(Bucket=name)

    def put(key, content):
        if content is None:
            bucket.delete_object(Bucket=name, Key=f"data/{key}")
        else:
            bucket.put_object(Bucket=name, Key=f"data/{key}", Body=content)

    for key, content in CONTENTS.items():
        put(key, content)
    return f"s3://{name}/data", put


@pytest.fixture
def web(tmp_path):
    """The address of a web server that lists a folder with CONTENTS."""
    root = tmp_path / "served"
    for name, content in CONTENTS.items():
        (root / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "data" / name).write_bytes(content)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/data/"
        server.shutdown()


def files(folder):
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize(
    ("text", "is_so"),
    [("data", False), ("/data/a.wav", False), ("file:///data", False), ("C:/data", False), ("s3://b/x", True)],
)
def test_an_address_is_told_from_a_path(text, is_so):
    assert remote.is_remote(text) is is_so
    assert isinstance(remote.place(text), str) is is_so


def test_recordings_of_this_machine_are_found_by_file_folder_pattern_and_address(tmp_path):
    for name, content in {**CONTENTS, ".hidden/d.wav": b""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    song = [tmp_path / "song" / name for name in ("a.wav", "b 1.FLAC")]
    everything = [*song, tmp_path / "speech" / "c.mp3"]
    assert remote.find(tmp_path) == remote.find(tmp_path.as_uri()) == everything
    assert remote.find(song[1]) == remote.find(song[1].as_uri()) == [song[1]]
    assert remote.find(str(tmp_path / "*" / "[ab]*")) == song
    assert remote.stamp(song[0].as_uri()) == recording.stamp(song[0])
    with remote.local(song[0]) as path:
        assert path == song[0]
    with pytest.raises(InputError, match="holds no recordings"):
        remote.find(tmp_path / "*.wav")


def test_recordings_in_a_bucket_are_found_by_file_folder_and_pattern(s3):
    data, put = s3
    put(".hidden/d.wav", b"")
    everything = [f"{data}/song/a.wav", f"{data}/song/b 1.FLAC", f"{data}/speech/c.mp3"]
    assert remote.find(data) == remote.find(f"{data}/") == everything
    assert remote.find(everything[1]) == [everything[1]]
    assert remote.find(f"{data}/*/?.*") == [everything[0], everything[2]]


def test_a_changed_file_has_another_stamp(s3):
    data, put = s3
    before = remote.stamps(data)
    assert before[f"{data}/song/a.wav"] == remote.stamp(f"{data}/song/a.wav")
    assert before[f"{data}/song/a.wav"][0] == 3
    put("song/a.wav", b"eno")
    after = remote.stamps(data)
    assert {name for name in after if after[name] != before[name]} == {f"{data}/song/a.wav"}
    assert remote.stamp(f"{data}/none.wav") is None


def test_a_copy_of_a_file_is_gone_after_use(s3):
    data, _ = s3
    with remote.local(f"{data}/song/b 1.FLAC") as path:
        assert (path.name, path.read_bytes()) == ("b 1.FLAC", b"two")
    assert not path.parent.exists()
    with pytest.raises(InputError, match="there is nothing there"), remote.local(f"{data}/none.wav"):
        pass


def test_a_folder_is_mirrored_and_only_what_changed_is_fetched(s3, tmp_path):
    data, put = s3
    folder = remote.fetch(data, tmp_path / "mirror")
    assert files(folder) == CONTENTS
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}
    (folder / "mine.txt").write_text("not from there")
    (folder / "notes.txt").unlink()
    put("speech/c.mp3", b"other")
    put("song/a.wav", None)
    put("song/new.wav", b"new")
    remote.fetch(data, folder)
    changed = {"speech/c.mp3": b"other", "song/new.wav": b"new", "mine.txt": b"not from there"}
    assert files(folder) == {name: CONTENTS[name] for name in ("song/b 1.FLAC", "notes.txt")} | changed
    assert (folder / "song" / "b 1.FLAC").stat().st_mtime_ns == times[folder / "song" / "b 1.FLAC"]


def test_a_mirror_that_was_killed_is_gone_on_with(s3, tmp_path):
    data, _ = s3
    folder = remote.fetch(data, tmp_path)
    (folder / remote.INDEX).write_text('{"address"')
    remote.fetch(data, folder)
    assert files(folder) == CONTENTS


def test_what_is_sent_is_there_and_what_is_gone_here_is_gone_there(s3, tmp_path):
    data, put = s3
    out = f"{data}/out/2"
    remote.fetch(data, tmp_path / "a")
    remote.send(tmp_path / "a", out)
    assert files(remote.fetch(out, tmp_path / "b")) == CONTENTS
    put("out/2/theirs.txt", b"not from here")
    (tmp_path / "a" / "notes.txt").unlink()
    (tmp_path / "a" / "song" / "a.wav").write_bytes(b"longer")
    remote.send(tmp_path / "a", out)
    wanted = {**CONTENTS, "song/a.wav": b"longer", "theirs.txt": b"not from here"}
    del wanted["notes.txt"]
    assert files(remote.fetch(out, tmp_path / "b")) == wanted
    remote.send(tmp_path / "a" / "song" / "a.wav", f"{out}/speech/copied.wav")
    with remote.local(f"{out}/speech/copied.wav") as path:
        assert path.read_bytes() == b"longer"


@pytest.mark.parametrize(
    ("key", "complaint"),
    [("../../out.wav", "leads out"), ("a//b.wav", "empty part"), ("a\\b.wav", "backslash"), ("a\tb.wav", "control")],
)
def test_names_that_lead_elsewhere_are_refused_before_anything_is_written(bucket, tmp_path, key, complaint):
    name = f"raw-{os.urandom(4).hex()}"
    bucket.create_bucket(Bucket=name)
    for each in ("data/fine.wav", f"data/{key}"):
        bucket.put_object(Bucket=name, Key=each, Body=b"x")
    with pytest.raises(InputError, match=complaint):
        remote.fetch(f"s3://{name}/data", tmp_path / "inside" / "mirror")
    assert not list(tmp_path.rglob("*.wav"))


def test_a_folder_of_a_web_server_is_read_and_not_written(web, tmp_path):
    assert [address.rpartition("/data/")[2] for address in remote.find(web)] == [
        "song/a.wav",
        "song/b%201.FLAC",
        "speech/c.mp3",
    ]
    assert remote.find(f"{web}song/a.wav") == [f"{web}song/a.wav"]
    assert remote.stamp(f"{web}song/a.wav")[0] == 3
    with remote.local(f"{web}speech/c.mp3") as path:
        assert path.read_bytes() == b"three"
    assert files(remote.fetch(web, tmp_path / "mirror")) == CONTENTS
    with pytest.raises(InputError, match="things are only read"):
        remote.send(tmp_path / "mirror" / "notes.txt", f"{web}notes.txt")


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("ftp://host/data", "begins with one of s3://, gs://"),
        ("reference://x", "begins with one of s3://, gs://"),
        ("simplecache::s3://b/x", "begins with one of s3://, gs://"),
        ("s3://b/x.zip::zip://y", "begins with one of s3://, gs://"),
        ("gs://b/x", "a package that is not installed; run pip install gcsfs"),
        ("sftp://anna:secret@host/data", "leave the password out"),
        ("http://127.0.0.1:1/data/", "cannot be reached"),
        ("s3://", "cannot be reached"),
    ],
)
def test_addresses_that_can_not_be_used_are_explained(address, complaint, tmp_path):
    with pytest.raises(InputError, match=complaint) as told:
        remote.fetch(address, tmp_path)
    assert "secret" not in str(told.value)


def test_where_results_go_is_written_to_before_they_are_made(s3, web, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "MIRRORS", tmp_path)
    data, put = s3
    assert files(remote.fetched_to_write(data)) == CONTENTS
    assert list(remote.fetched_to_write(f"{data}/new").iterdir())
    assert remote.fetched_to_write(tmp_path / "new") == tmp_path / "new"
    for address, complaint in ((web, "things are only read"), ("s3://nowhere-at-all/x", "nothing there")):
        with pytest.raises(InputError, match=complaint):
            remote.fetched_to_write(address)


def test_a_mirror_has_the_name_of_what_it_mirrors_and_a_csv_file_that_of_its_folder(s3, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "MIRRORS", tmp_path)
    data, put = s3
    put("clips.csv", b"path,label\n")
    assert remote.fetched(data).name.startswith("data-")
    assert remote.fetched(f"{data}/clips.csv") == remote.here(data) / "clips.csv"
    for address in (data, f"{data}/clips.csv"):
        assert remote.elsewhere(remote.here(data) / "song" / "b 1.FLAC", address) == f"{data}/song/b 1.FLAC"


def test_a_bucket_that_is_not_there_or_empty_is_told_of(s3, bucket, tmp_path):
    data, _ = s3
    for address, complaint in (("s3://nowhere-at-all/x", "nothing there"), (f"{data}/none", "holds no")):
        with pytest.raises(InputError, match=complaint):
            remote.find(address)
        with pytest.raises(InputError, match=complaint):
            remote.fetch(address, tmp_path)
        assert files(remote.fetch(address, tmp_path, missing_ok=True)) == {}
