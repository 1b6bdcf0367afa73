"""Unpack an archive that nobody vouches for: whole into a new folder, or not at all.

An archive says where its files go and how large they are. Neither is believed: names are checked before they become
paths, and bytes are counted as they come out. Permissions and times of the archive are not taken over.
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
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from classifier.core import atomic_files
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.storage import locations

LIMIT_BYTES = 100 * 10**9  # unpacked; the largest corpus known here needs a tenth of it
LIMIT_FILES = 500_000
CHUNK = 2**20  # bytes
TWICE = "is there twice, or as a file and as a folder"

MAGIC = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}  # how compressed files begin
DAMAGE = (  # what the libraries raise on bytes that make no sense
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
    """A file or a folder in an archive; `refusal` says why its kind is not taken, where it is not."""

    name: str
    is_folder: bool
    refusal: str
    open: Callable


class Refused(Exception):
    """A member is not taken, and with it the whole archive: its name, and a message that goes on where that ends."""


def is_archive(path):
    """Whether `unpack` takes a file for an archive, told by how it begins. A tar that begins with its end is none."""
    with open(path, "rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
    return start.startswith((b"PK", *MAGIC)) or _begins_a_tar(start)


def unpack(archive, folder, limit_bytes=LIMIT_BYTES, limit_files=LIMIT_FILES, name=None):
    """Unpack zip, tar, tar.gz, tar.bz2, tar.xz, or one file in gz, bz2 or xz, told apart by how they begin.

    Args:
        archive: the file. A zip's list of members is held in memory: who takes uploads bounds the file's own size.
        folder: made here; it must not exist yet.
        limit_bytes: how much may come out, in all.
        limit_files: how many members there may be, folders among them.
        name: the archive's own, where it is kept under another one; one compressed file is called so, without .gz.

    Raises:
        InputError: the archive is damaged or none, or a member is refused; archive, member and reason are named.
            Neither the folder nor anything outside it was written.
    """
    archive, folder = Path(archive), Path(folder)
    if folder.exists():
        raise InputError(f"{folder} is there already; take it away, or unpack {archive.name} into another folder")
    left = limit_bytes
    with _explained(archive), atomic_files.new_folder(folder) as fresh:
        with contextlib.closing(_members(archive, name)) as members:
            for member, parts in _checked(archive, progress(members, f"unpacking {archive.name}"), limit_files):
                left -= _write(member, fresh.joinpath(*parts), left)


def files(archive, limit_files=LIMIT_FILES, name=None):
    """The names of the files in an archive, after making sure that `unpack` would take them; nothing is written.

    Arguments and errors are unpack's, except that bytes are not looked at.
    """
    archive, found = Path(archive), set()
    with _explained(archive), contextlib.closing(_members(archive, name)) as members:
        for member, parts in _checked(archive, members, limit_files):
            if not member.is_folder and parts in found:
                raise Refused(member.name, TWICE)
            found |= set() if member.is_folder else {parts}
    return sorted("/".join(parts) for parts in found)


def each(archive, wanted, folder, name=None):
    """Unpack some files of an archive one after the other, for whoever takes each away before the disk is full.

    Args:
        wanted: names, as `files` returned them.
        folder: where they are written, under numbers in place of their names. None may take more than half of what is
            free there.

    Yields:
        (name, path), in the order of the archive.

    Raises:
        InputError: as of unpack; what came before is whole.
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
            raise Refused(member.name, f"is one more than the {limit_files} files and folders that are allowed")
        yield member, _parts(member)
    if not member:
        raise InputError(f"{archive} holds no files; check that it is the right one")


@contextlib.contextmanager
def _explained(archive, so="nothing was unpacked, "):
    """What a member is refused for, and what libraries say of damage, as an InputError."""
    try:
        yield
    except Refused as refused:
        name, why = refused.args
        name = repr(name[:200])
        raise InputError(f"{archive}: {name} {why}; {so}pack it anew without that") from None
    except InputError:
        raise
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a full disk is not its fault
            raise
        raise InputError(f"{archive} is damaged or cut off ({error}); delete it and get it again") from None


def _members(archive, name):
    """The members of an archive one after the other, whatever its kind."""
    with archive.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        if start.startswith(b"PK"):
            yield from _zip_members(file)
            return
        compressed = next((opens(file) for magic, opens in MAGIC.items() if start.startswith(magic)), None)
        file = compressed or file
        try:
            tar = tarfile.open(fileobj=_Blocks(file), mode="r:", encoding="utf-8")
        except tarfile.ReadError as error:
            file.seek(0)
            if compressed and not _begins_a_tar(file.read(tarfile.BLOCKSIZE)):
                file.seek(0)
                inside = re.sub(r"\.(gz|bz2|xz)$", "", name or archive.name, flags=re.IGNORECASE)
                yield Member(inside, False, "", lambda: compressed)
                return
            known = "zip, tar, tar.gz, tar.bz2, tar.xz, gz, bz2 or xz"
            raise InputError(f"{archive} is no archive ({error}); give one of {known}") from None
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
            kind = stat.S_IFMT(info.external_attr >> 16)
            refusal = "" if kind in (0, stat.S_IFREG, stat.S_IFDIR) else "is a link or a device"
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

    def __init__(self, file):
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
        raise Refused(member.name, why)
    return parts


def _write(member, path, left):
    """Write a member, and say how many bytes came out of it."""
    n_bytes = 0
    try:
        if member.is_folder:
            path.mkdir(parents=True, exist_ok=True)
            return 0
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("xb")
    except (FileExistsError, NotADirectoryError):
        raise Refused(member.name, TWICE) from None
    with file, member.open() as source:
        while chunk := source.read(CHUNK):
            n_bytes += len(chunk)
            if n_bytes > left:
                raise Refused(member.name, f"holds more than the {left} bytes that are left of the allowed ones")
            file.write(chunk)
    return n_bytes
