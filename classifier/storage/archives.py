"""Unpack untrusted archives whole, or not at all.

An archive's names and sizes are not trusted: names are checked before they become paths, and bytes are counted as they
are unpacked. Permissions and times of the archive are not taken over.
"""

import bz2
import contextlib
import errno
import functools
import gzip
import lzma
import re
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from classifier.core import atomic_files
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.storage import locations

LIMIT_BYTES = 100 * 10**9  # unpacked; the largest corpus of data/corpora.py needs a tenth of it
LIMIT_FILES = 500_000
CHUNK = 2**20  # bytes
TWICE = "occurs twice, or as a file and as a folder"

MAGIC = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}  # first bytes of compressed files
DAMAGE = (  # what the libraries raise on damaged archives
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,  # a compression that zipfile does not know
    RecursionError,  # tar headers about headers about headers
)


class Member(NamedTuple):
    """A file or a folder in an archive; `refusal` says why its type is refused, "" if it is not."""

    name: str
    is_folder: bool
    refusal: str
    open: Callable[[], Any]  # a file of bytes


class RefusedMemberError(Exception):
    """A member, and with it the whole archive, is refused.

    name: of the member. reason: continues a sentence that begins with the name.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason


def is_archive(path: Path | str) -> bool:
    """Whether a file begins like an archive that `unpack` takes; an empty tar does not."""
    with open(path, "rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
    return start.startswith((b"PK", *MAGIC)) or _begins_a_tar(start)


def unpack(
    archive: Path | str,
    folder: Path | str,
    limit_bytes: int = LIMIT_BYTES,
    limit_files: int = LIMIT_FILES,
    name: str | None = None,
) -> None:
    """Unpack zip, tar, tar.gz, tar.bz2, tar.xz, or one file in gz, bz2 or xz, recognised by their first bytes.

    Args:
        archive: a zip's list of members is held in memory, so the size of uploads must be limited before.
        folder: created here; it must not exist yet.
        limit_bytes: of all unpacked files together.
        limit_files: number of members, including folders.
        name: the archive's original name; a single compressed file gets it, without .gz.

    Raises:
        InputError: the file is damaged or not an archive, or a member is refused; archive, member and reason are named.
            Neither the folder nor anything outside it is written.
    """
    archive, folder = Path(archive), Path(folder)
    if folder.exists():
        raise InputError(f"{folder} exists already; remove it, or unpack {archive.name} into another folder")
    left = limit_bytes
    with _explained(archive), atomic_files.new_folder(folder) as fresh:
        with contextlib.closing(_members(archive, name)) as members:
            for member, parts in _checked(archive, progress(members, f"unpacking {archive.name}"), limit_files):
                left -= _write(member, fresh.joinpath(*parts), left)


def files(archive: Path | str, limit_files: int = LIMIT_FILES, name: str | None = None) -> list[str]:
    """The sorted names of the files in an archive, checked as `unpack` checks them; nothing is written.

    Arguments and errors are those of `unpack`, except that no bytes are read.
    """
    archive, found = Path(archive), set()
    with _explained(archive), contextlib.closing(_members(archive, name)) as members:
        for member, parts in _checked(archive, members, limit_files):
            if not member.is_folder and parts in found:
                raise RefusedMemberError(member.name, TWICE)
            found |= set() if member.is_folder else {parts}
    return sorted("/".join(parts) for parts in found)


def each(
    archive: Path | str, wanted: Iterable[str], folder: Path | str, name: str | None = None
) -> Iterator[tuple[str, Path]]:
    """Unpack some files of an archive one by one, for a caller that deletes each before the disk is full.

    Args:
        wanted: names, as returned by `files`.
        folder: where the files are written, named by number. None may be larger than half of the free space.

    Yields:
        (name, path), in the order of the archive.

    Raises:
        InputError: as of `unpack`; files yielded before are whole.
    """
    archive, folder = Path(archive), Path(folder)
    wanted = set(wanted)
    with _explained(archive, so=""), contextlib.closing(_members(archive, name)) as members:
        for number, (member, parts) in enumerate(_checked(archive, members, LIMIT_FILES)):
            inside = "/".join(parts)
            if not member.is_folder and inside in wanted:
                path = folder / f"{number}{PurePosixPath(inside).suffix}"
                _write(member, path, min(LIMIT_BYTES, shutil.disk_usage(folder).free // 2))
                yield inside, path


def _checked(archive, members, limit_files):
    """(member, parts of its path) of each."""
    member = None
    for n_members, member in enumerate(members, 1):
        if n_members > limit_files:
            raise RefusedMemberError(member.name, f"exceeds the limit of {limit_files} files and folders")
        yield member, _parts(member)
    if not member:
        raise InputError(f"{archive} holds no files; check that it is the right archive")


@contextlib.contextmanager
def _explained(archive, so="nothing was unpacked, "):
    """Turn a refused member, and what libraries raise on damage, into an InputError."""
    try:
        yield
    except RefusedMemberError as refused:
        raise InputError(
            f"{archive}: {refused.name[:200]!r} {refused.reason}; {so}pack the archive again without it"
        ) from None
    except InputError:
        raise
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a full disk is not its fault
            raise
        raise InputError(f"{archive} is damaged or cut off ({error}); delete it and download it again") from None


def _members(archive, name):
    """The members of an archive of any format."""
    with archive.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        if start.startswith(b"PK"):
            yield from _zip_members(file)
            return
        compressed = next((opens(file) for magic, opens in MAGIC.items() if start.startswith(magic)), None)
        file = compressed or file
        try:
            blocks = _Blocks(file)  # has the methods that tarfile calls, and no others
            tar = tarfile.open(fileobj=blocks, mode="r:", encoding="utf-8")  # ty: ignore[no-matching-overload]
        except tarfile.ReadError as error:
            file.seek(0)
            if compressed and not _begins_a_tar(file.read(tarfile.BLOCKSIZE)):
                file.seek(0)
                inside = re.sub(r"\.(gz|bz2|xz)$", "", name or archive.name, flags=re.IGNORECASE)
                yield Member(inside, False, "", lambda: compressed)
                return
            known = "zip, tar, tar.gz, tar.bz2, tar.xz, gz, bz2 or xz"
            raise InputError(f"{archive} is not an archive ({error}); give one of {known}") from None
        yield from _tar_members(tar, file)


def _begins_a_tar(block):
    """Whether these 512 bytes are the header of a member; it carries a checksum."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _zip_members(file):
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            file_type = stat.S_IFMT(info.external_attr >> 16)
            refusal = "" if file_type in (0, stat.S_IFREG, stat.S_IFDIR) else "is a link or a device"
            if info.flag_bits & 0x2041:  # encrypted; strongly encrypted; with an encrypted list of members
                refusal = "is encrypted"
            name = info.orig_filename  # the other one is cut off at a NUL
            yield Member(name, name.endswith("/"), refusal, functools.partial(archive.open, info))


def _tar_members(tar, file):
    for info in tar:
        refusal = "" if info.isreg() or info.isdir() else "is a link or a device"
        yield Member(info.name, info.isdir(), refusal, functools.partial(tar.extractfile, info))
    if tar.fileobj.last != bytes(tarfile.BLOCKSIZE):  # tarfile takes a damaged header for the end
        raise tarfile.ReadError("its end is missing")
    file.read(CHUNK)  # padding, and the checksum at the end of a compressed file
    if file.read(1):
        raise tarfile.ReadError("something comes after its end")


class _Blocks:
    """A file for tarfile, which would read a header of names into memory whatever size it claims to have."""

    def __init__(self, file: Any) -> None:
        self.file, self.seek, self.tell = file, file.seek, file.tell
        self.last = b""

    def read(self, size):
        if not 0 <= size <= CHUNK:
            raise tarfile.ReadError(f"a header of {size} bytes")
        self.last = self.file.read(size)
        return self.last


def _parts(member):
    """The parts of a member's path, after making sure that it can become one."""
    parts = PurePosixPath(member.name).parts  # without '.' and '//'
    nameless = "has no name" if not parts and not member.is_folder else ""
    why = locations.refusal(member.name) or nameless or member.refusal
    if why:
        raise RefusedMemberError(member.name, why)
    return parts


def _write(member, path, left):
    """Write a member; returns its number of bytes."""
    n_bytes = 0
    try:
        if member.is_folder:
            path.mkdir(parents=True, exist_ok=True)
            return 0
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("xb")
    except (FileExistsError, NotADirectoryError):
        raise RefusedMemberError(member.name, TWICE) from None
    with file, member.open() as source:
        while chunk := source.read(CHUNK):
            n_bytes += len(chunk)
            if n_bytes > left:
                raise RefusedMemberError(member.name, f"holds more than the {left} bytes left of the limit")
            file.write(chunk)
    return n_bytes
