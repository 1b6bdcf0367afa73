import bz2
import gzip
import io
import lzma
import stat
import tarfile
import warnings
import zipfile

import pytest

from classifier.core.errors import InputError
from classifier.storage import archives

FILES = {"a.txt": b"one", "deep/er/b.bin": bytes(range(256)) * 9000, "deep/Ünï côdé.txt": b"", "...": b"dots"}
TARS = ["tar", "tar.gz", "tar.bz2", "tar.xz"]


def write_zip(path, members):
    """members: (ZipInfo or name, bytes), in that order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of what is meant here: the same name twice
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
    return path


def write_tar(path, members):
    """members: (TarInfo or name, bytes), in that order."""
    compression = path.suffix.removeprefix(".").replace("tar", "")
    with tarfile.open(path, f"w:{compression}") as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def write(path, members):
    return write_zip(path, members) if path.suffix == ".zip" else write_tar(path, members)


def refused(archive, why, **limits):
    """Unpacking raises InputError with this reason, and leaves nothing but the archive."""
    with pytest.raises(InputError, match=why) as error:
        archives.unpack(archive, archive.parent / "folder", **limits)
    assert str(archive) in str(error.value)
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]
    return str(error.value)


def zip_kind(name, mode):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def tar_kind(name, kind, linkname=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, linkname
    return info


@pytest.mark.parametrize("suffix", ["zip", *TARS])
def test_every_kind_is_unpacked_as_it_was_packed(tmp_path, suffix):
    archive = write(tmp_path / f"x.{suffix}", FILES.items())
    archives.unpack(archive, tmp_path / "folder")
    found = {p.relative_to(tmp_path / "folder").as_posix(): p for p in (tmp_path / "folder").rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", archive.name]


def test_the_kind_is_told_from_the_content_not_from_the_name(tmp_path):
    archive = write_tar(tmp_path / "x.tar.xz", FILES.items()).rename(tmp_path / "x.zip")
    archives.unpack(archive, tmp_path / "folder")
    assert (tmp_path / "folder" / "a.txt").read_bytes() == b"one"


@pytest.mark.parametrize("suffix", ["zip", "tar"])
def test_folders_may_be_listed_and_begin_with_a_dot(tmp_path, suffix):
    if suffix == "zip":
        members = [("./", b""), ("./a/", b""), ("./a/b", b"b"), ("./a/", b"")]
    else:
        members = [(tar_kind(name, tarfile.DIRTYPE), b"") for name in (".", "./a", "./a")] + [("./a/b", b"b")]
    archives.unpack(write(tmp_path / f"x.{suffix}", members), tmp_path / "folder")
    assert (tmp_path / "folder" / "a" / "b").read_bytes() == b"b"


def test_neither_permissions_nor_owners_are_taken_over(tmp_path):
    info = tarfile.TarInfo("tool")
    info.mode = 0o6777
    archives.unpack(write_tar(tmp_path / "x.tar", [(info, b"#!")]), tmp_path / "folder")
    assert (tmp_path / "folder" / "tool").stat().st_mode & 0o7111 == 0


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz"])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../outside", "leads out of its folder"),
        ("a/../../outside", "leads out of its folder"),
        ("/tmp/outside", "is an absolute path"),
        ("C:outside", "names a drive"),
        ("a/c:/outside", "names a drive"),
        ("..\\outside", "has a backslash"),
        ("a\nb", "has control characters"),
        ("a\x7fb", "has control characters"),
        ("x" * 256, "has too long a name"),
        ("ü" * 128, "has too long a name"),
        ("a/" * 33 + "b", "lies too deep"),
    ],
)
def test_a_name_that_can_not_become_a_path_is_refused(tmp_path, suffix, name, why):
    message = refused(write(tmp_path / f"x.{suffix}", [("harmless", b"1"), (name, b"evil")]), why)
    assert repr(name[:20])[:-1] in message


def test_a_hidden_end_of_a_name_is_refused(tmp_path):
    archive = write_zip(tmp_path / "x.zip", [("song.wav#.exe", b"evil")])
    archive.write_bytes(archive.read_bytes().replace(b"song.wav#.exe", b"song.wav\0.exe"))
    assert r"song.wav\x00.exe" in refused(archive, "has control characters")
    assert b"song.wav\0" in archive.read_bytes()


def test_a_name_that_is_no_text_is_refused(tmp_path):
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        archive.addfile(tarfile.TarInfo("Gr\xfc\xdfe"))
    refused(tmp_path / "x.tar", "has control characters")


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_zip_member_that_is_no_file_is_refused(tmp_path, mode):
    refused(write_zip(tmp_path / "x.zip", [(zip_kind("a", mode), b"/etc/passwd")]), "'a' is a link or a device")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_a_tar_member_that_is_no_file_is_refused(tmp_path, kind):
    archive = write_tar(tmp_path / "x.tar", [("b", b"1"), (tar_kind("a", kind, "b"), b"")])
    refused(archive, "'a' is a link or a device")


def test_a_file_is_not_written_through_a_link(tmp_path):
    (tmp_path / "victim").mkdir()
    (tmp_path / "archives").mkdir()
    link = tar_kind("door", tarfile.SYMTYPE, str(tmp_path / "victim"))
    refused(write_tar(tmp_path / "archives" / "x.tar", [(link, b""), ("door/evil", b"evil")]), "is a link")
    assert not any((tmp_path / "victim").iterdir())


def test_an_encrypted_member_is_refused(tmp_path):
    archive = write_zip(tmp_path / "x.zip", [("secret", b"1")])
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flags of its line in the list of members
    archive.write_bytes(content)
    refused(archive, "'secret' is encrypted")


@pytest.mark.parametrize("suffix", ["zip", *TARS])
def test_more_bytes_than_allowed_are_refused(tmp_path, suffix):
    archive = write(tmp_path / f"x.{suffix}", [("a", bytes(600)), ("bomb", bytes(3 * 2**20))])
    refused(archive, "'bomb' holds more than the 400 bytes left of the limit", limit_bytes=1000)
    archives.unpack(archive, tmp_path / "folder", limit_bytes=600 + 3 * 2**20)


def test_a_size_that_is_a_lie_is_noticed(tmp_path):
    archive = write_zip(tmp_path / "x.zip", [("bomb", bytes(3 * 2**20))])
    archive.write_bytes(archive.read_bytes().replace((3 * 2**20).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with zipfile.ZipFile(archive) as claims:
        assert claims.infolist()[0].file_size == 10
    refused(archive, "damaged or cut off", limit_bytes=1000)


@pytest.mark.parametrize("suffix", ["zip", "tar"])
def test_more_members_than_allowed_are_refused(tmp_path, suffix):
    archive = write(tmp_path / f"x.{suffix}", [(str(i), b"") for i in range(11)])
    refused(archive, "'10' exceeds the limit of 10 files and folders", limit_files=10)
    archives.unpack(archive, tmp_path / "folder", limit_files=11)


@pytest.mark.parametrize("suffix", ["zip", "tar"])
@pytest.mark.parametrize(
    "names", [("a", "a"), ("a", "./a"), ("b/a", "b//a"), ("a", "a/b"), ("a", "a/b/c"), ("a/b", "a")]
)
def test_two_members_of_one_path_are_refused(tmp_path, suffix, names):
    archive = write(tmp_path / f"x.{suffix}", [(name, str(i).encode()) for i, name in enumerate(names)])
    refused(archive, "occurs twice, or as a file and as a folder")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"just a text\n" * 100, b"\x1f\x8b\x08 no gzip", bytes(range(256)) * 9]
)
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    refused(tmp_path / "x.zip", "is not an archive|is damaged")


@pytest.mark.parametrize("suffix", ["zip", *TARS])
def test_an_empty_archive_is_refused(tmp_path, suffix):
    refused(write(tmp_path / f"x.{suffix}", []), "holds no files")


@pytest.mark.parametrize("suffix", ["zip", *TARS])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_archive_is_refused(tmp_path, suffix, part):
    archive = write(tmp_path / f"x.{suffix}", [(str(i), bytes(range(256)) * 100) for i in range(20)])
    archive.write_bytes(archive.read_bytes()[: int(part * archive.stat().st_size)])
    refused(archive, "damaged or cut off|is not an archive")


def test_a_tar_cut_between_two_members_is_refused(tmp_path):
    archive = write_tar(tmp_path / "x.tar", [("a", bytes(512)), ("b", bytes(512))])
    archive.write_bytes(archive.read_bytes()[:1024])
    refused(archive, "its end is missing")


@pytest.mark.parametrize("suffix", ["zip", "tar.gz", "tar.xz"])
def test_a_changed_byte_is_noticed(tmp_path, suffix):
    archive = write(tmp_path / f"x.{suffix}", [("a", bytes(range(256)))])
    content = bytearray(archive.read_bytes())
    content[len(content) // 2 if suffix != "zip" else 60] ^= 1
    archive.write_bytes(content)
    refused(archive, "damaged or cut off")


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path):
    header = tar_kind("x", tarfile.XHDTYPE)
    header.size = 10**12
    (tmp_path / "x.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    refused(tmp_path / "x.tar", "a header of 1000000000[0-9]+ bytes")


def test_headers_about_headers_without_end_are_refused(tmp_path):
    header = tar_kind("x", tarfile.XHDTYPE)
    header.size = 512
    one = header.tobuf(tarfile.USTAR_FORMAT) + b"12 path=abc\n".ljust(512, b"\0")
    (tmp_path / "x.tar").write_bytes(one * 2000 + bytes(10_240))
    refused(tmp_path / "x.tar", "damaged or cut off")


def test_an_interrupted_unpacking_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(members, what):
        yield next(members)
        raise KeyboardInterrupt

    monkeypatch.setattr(archives, "progress", interrupted)
    archive = write_zip(tmp_path / "x.zip", FILES.items())
    with pytest.raises(KeyboardInterrupt):
        archives.unpack(archive, tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    archive = write_zip(tmp_path / "x.zip", FILES.items())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").touch()
    with pytest.raises(InputError, match="folder exists already"):
        archives.unpack(archive, tmp_path / "folder")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["mine"]


ONE_FILE = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("suffix", ONE_FILE)
@pytest.mark.parametrize("content", [b"RIFF, as it were", b"", b"x" * 10_000, bytes(range(256)) * 9000])
def test_one_compressed_file_is_called_like_the_archive_without_its_suffix(tmp_path, suffix, content):
    archive = tmp_path / f"song.wav.{suffix}"
    archive.write_bytes(ONE_FILE[suffix](content))
    archives.unpack(archive, tmp_path / "folder")
    assert {path.name: path.read_bytes() for path in (tmp_path / "folder").iterdir()} == {"song.wav": content}


@pytest.mark.parametrize(
    ("name", "inside"), [("Ein Lied.WAV.GZ", "Ein Lied.WAV"), ("song.wav", "song.wav"), ("a.b.gz", "a.b")]
)
def test_one_compressed_file_is_called_by_the_name_that_is_given(tmp_path, name, inside):
    (tmp_path / "kept").write_bytes(gzip.compress(b"1"))
    archives.unpack(tmp_path / "kept", tmp_path / "folder", name=name)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == [inside]


@pytest.mark.parametrize(
    ("name", "why"),
    [("../x.wav.gz", "leads out"), ("/x.wav.gz", "absolute path"), ("..\\x.gz", "backslash"), (".gz", "has no name")],
)
def test_the_name_of_one_compressed_file_is_not_believed_either(tmp_path, name, why):
    (tmp_path / "kept").write_bytes(gzip.compress(b"1"))
    refused(tmp_path / "kept", why, name=name)


@pytest.mark.parametrize("suffix", ONE_FILE)
def test_one_compressed_file_has_the_same_limits_and_is_whole_or_refused(tmp_path, suffix):
    archive = tmp_path / f"a.{suffix}"
    archive.write_bytes(ONE_FILE[suffix](b"x" * 3 * 2**20))
    refused(archive, "'a' holds more than the 1000 bytes left of the limit", limit_bytes=1000)
    refused(archive, "'a' exceeds the limit of 0 files", limit_files=0)
    archive.write_bytes(archive.read_bytes()[:-5])
    refused(archive, "damaged or cut off")


def test_a_compressed_tar_with_a_bad_header_is_not_taken_for_one_file(tmp_path):
    header = tar_kind("x", tarfile.XHDTYPE)
    header.size = 10**12
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(10_240)))
    refused(tmp_path / "x.tar.gz", "a header of 1000000000[0-9]+ bytes")


@pytest.mark.parametrize("suffix", ["zip", *TARS])
def test_an_archive_is_told_by_how_it_begins(tmp_path, suffix):
    assert archives.is_archive(write(tmp_path / f"x.{suffix}", FILES.items()).rename(tmp_path / "song.wav"))


@pytest.mark.parametrize("content", [b"", b"RIFF\0\0\0\0WAVEfmt ", bytes(4096), b"ID3", b"a text\n" * 1000])
def test_what_begins_otherwise_is_no_archive(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    assert not archives.is_archive(tmp_path / "x.zip")


@pytest.mark.parametrize("suffix", ["zip", *TARS])
def test_files_come_out_one_after_the_other_and_only_those_that_are_wanted(tmp_path, suffix):
    archive = write(tmp_path / f"x.{suffix}", FILES.items())
    assert archives.files(archive) == sorted(FILES)
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]
    (tmp_path / "folder").mkdir()
    for name, path in archives.each(archive, ["a.txt", "deep/er/b.bin"], tmp_path / "folder"):
        assert path.read_bytes() == FILES[name]
        assert list((tmp_path / "folder").iterdir()) == [path]
        path.unlink()


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "C:a", "a\nb"])
def test_names_that_unpack_refuses_are_refused_before_anything_comes_out(tmp_path, name):
    archive = write(tmp_path / "x.tar", [("good", b"1"), (name, b"2")])
    with pytest.raises(InputError, match=r"x.tar: .*; nothing was unpacked"):
        archives.files(archive)
    with pytest.raises(InputError, match="occurs twice"):
        archives.files(write(tmp_path / "y.zip", [("a", b"1"), ("./a", b"2")]))


def test_a_file_that_would_fill_the_disk_is_refused_after_those_before_it(tmp_path, monkeypatch):
    archive = write(tmp_path / "x.zip", [("a", b"1"), ("bomb", bytes(10**7)), ("b", b"2")])
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda folder: type("usage", (), {"free": 2_000}))
    out = []
    with pytest.raises(InputError, match="'bomb' holds more than the 1000 bytes left of the limit"):
        for name, _ in archives.each(archive, ["a", "bomb", "b"], tmp_path):
            out.append(name)
    assert out == ["a"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 20_000
