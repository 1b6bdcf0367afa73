import os

import pytest

from classifier.core.errors import InputError
from classifier.storage import mirror
from tests.classifier.storage.conftest import CONTENTS, files


def test_a_folder_is_mirrored_and_only_what_changed_is_fetched(s3, tmp_path):
    data, put = s3
    folder = mirror.download(data, tmp_path / "mirror")
    assert files(folder) == CONTENTS
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}
    (folder / "mine.txt").write_text("not from there")
    (folder / "notes.txt").unlink()
    put("speech/c.mp3", b"other")
    put("song/a.wav", None)
    put("song/new.wav", b"new")
    mirror.download(data, folder)
    changed = {"speech/c.mp3": b"other", "song/new.wav": b"new", "mine.txt": b"not from there"}
    assert files(folder) == {name: CONTENTS[name] for name in ("song/b 1.FLAC", "notes.txt")} | changed
    assert (folder / "song" / "b 1.FLAC").stat().st_mtime_ns == times[folder / "song" / "b 1.FLAC"]


def test_a_mirror_that_was_killed_goes_on(s3, tmp_path):
    data, _ = s3
    folder = mirror.download(data, tmp_path)
    (folder / mirror.INDEX).write_text('{"address"')
    mirror.download(data, folder)
    assert files(folder) == CONTENTS


def test_what_is_sent_is_there_and_what_is_gone_here_is_gone_there(s3, tmp_path):
    data, put = s3
    out = f"{data}/out/2"
    mirror.download(data, tmp_path / "a")
    mirror.upload(tmp_path / "a", out)
    assert files(mirror.download(out, tmp_path / "b")) == CONTENTS
    put("out/2/theirs.txt", b"not from here")
    (tmp_path / "a" / "notes.txt").unlink()
    (tmp_path / "a" / "song" / "a.wav").write_bytes(b"longer")
    mirror.upload(tmp_path / "a", out)
    wanted = {**CONTENTS, "song/a.wav": b"longer", "theirs.txt": b"not from here"}
    del wanted["notes.txt"]
    assert files(mirror.download(out, tmp_path / "b")) == wanted


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
        mirror.download(f"s3://{name}/data", tmp_path / "inside" / "mirror")
    assert not list(tmp_path.rglob("*.wav"))


def test_a_folder_of_a_web_server_is_mirrored(web, tmp_path):
    assert files(mirror.download(web, tmp_path / "mirror")) == CONTENTS


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
def test_addresses_that_cannot_be_used_are_explained(address, complaint, tmp_path):
    with pytest.raises(InputError, match=complaint) as told:
        mirror.download(address, tmp_path)
    assert "secret" not in str(told.value)


def test_an_output_folder_is_tried_before_there_are_results(s3, web, tmp_path, monkeypatch):
    monkeypatch.setattr(mirror, "MIRRORS", tmp_path)
    data, put = s3
    assert files(mirror.updated_for_writing(data)) == CONTENTS
    assert list(mirror.updated_for_writing(f"{data}/new").iterdir())
    assert mirror.updated_for_writing(tmp_path / "new") == tmp_path / "new"
    for address, complaint in ((web, "cannot be written to"), ("s3://nowhere-at-all/x", "nothing is there")):
        with pytest.raises(InputError, match=complaint):
            mirror.updated_for_writing(address)


def test_a_mirror_has_the_name_of_what_it_mirrors_and_a_csv_file_that_of_its_folder(s3, tmp_path, monkeypatch):
    monkeypatch.setattr(mirror, "MIRRORS", tmp_path)
    data, put = s3
    put("clips.csv", b"path,label\n")
    assert mirror.updated(data).name.startswith("data-")
    assert mirror.updated(f"{data}/clips.csv") == mirror.local_path(data) / "clips.csv"
    for address in (data, f"{data}/clips.csv"):
        assert mirror.address_of(mirror.local_path(data) / "song" / "b 1.FLAC", address) == f"{data}/song/b 1.FLAC"


def test_a_missing_or_empty_bucket_is_an_error(s3, bucket, tmp_path):
    data, _ = s3
    for address, complaint in (("s3://nowhere-at-all/x", "nothing is there"), (f"{data}/none", "holds no")):
        with pytest.raises(InputError, match=complaint):
            mirror.download(address, tmp_path)
        assert files(mirror.download(address, tmp_path, missing_ok=True)) == {}
