import pytest

from classifier.core.errors import InputError
from classifier.storage import local_files, remote
from tests.classifier.storage.conftest import CONTENTS


def test_recordings_of_this_machine_are_found_by_file_folder_pattern_and_address(tmp_path):
    for name, content in {**CONTENTS, ".hidden/d.wav": b""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    song = [tmp_path / "song" / name for name in ("a.wav", "b 1.FLAC")]
    everything = [*song, tmp_path / "speech" / "c.mp3"]
    assert remote.find(tmp_path) == remote.find(tmp_path.as_uri()) == everything
    assert remote.find(song[1]) == remote.find(song[1].as_uri()) == [song[1]]
    assert remote.find(str(tmp_path / "*" / "[ab]*")) == song
    assert remote.stamp(song[0].as_uri()) == local_files.stamp(song[0])
    with remote.local_copy(song[0]) as path:
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
    with remote.local_copy(f"{data}/song/b 1.FLAC") as path:
        assert (path.name, path.read_bytes()) == ("b 1.FLAC", b"two")
    assert not path.parent.exists()
    with pytest.raises(InputError, match="nothing is there"), remote.local_copy(f"{data}/none.wav"):
        pass


def test_one_file_is_uploaded_and_removed(s3, tmp_path):
    data, _ = s3
    (tmp_path / "a.wav").write_bytes(b"longer")
    remote.upload(tmp_path / "a.wav", f"{data}/speech/copied.wav")
    with remote.local_copy(f"{data}/speech/copied.wav") as path:
        assert path.read_bytes() == b"longer"
    for _ in range(2):
        remote.remove(f"{data}/speech/copied.wav")
        assert remote.stamp(f"{data}/speech/copied.wav") is None


def test_a_folder_of_a_web_server_is_read_and_not_written(web, tmp_path):
    assert [address.rpartition("/data/")[2] for address in remote.find(web)] == [
        "song/a.wav",
        "song/b%201.FLAC",
        "speech/c.mp3",
    ]
    assert remote.find(f"{web}song/a.wav") == [f"{web}song/a.wav"]
    assert remote.stamp(f"{web}song/a.wav")[0] == 3
    with remote.local_copy(f"{web}speech/c.mp3") as path:
        assert path.read_bytes() == b"three"
    (tmp_path / "notes.txt").write_bytes(b"words")
    with pytest.raises(InputError, match="cannot be written to"):
        remote.upload(tmp_path / "notes.txt", f"{web}notes.txt")


def test_a_missing_or_empty_bucket_is_an_error(s3):
    data, _ = s3
    for address, complaint in (("s3://nowhere-at-all/x", "nothing is there"), (f"{data}/none", "holds no")):
        with pytest.raises(InputError, match=complaint):
            remote.find(address)
