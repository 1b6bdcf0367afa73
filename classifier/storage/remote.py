"""Find, read, write and delete files, local or remote.

A location is a path or an address such as s3://bucket/file. Names that others gave become paths only below the folder
asked for.
"""

import contextlib
import glob
import tempfile
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from classifier.core import atomic_files
from classifier.core.errors import InputError
from classifier.storage import filesystems, local_files, locations
from classifier.storage.filesystems import MissingError, Stamp, explained, is_hidden
from classifier.storage.locations import Location, parse_location


def stamps(location: Location) -> dict[Location, Stamp | None]:
    """The recordings at a location with their stamps, from one listing where the protocol has listings.

    Args:
        location: a recording, a folder, or a pattern such as s3://bucket/2024/*/*.wav.

    Returns:
        {address, or Path on this machine: stamp as of `stamp`}, sorted by name.

    Raises:
        InputError: there is nothing, it cannot be read, or the protocol is none of filesystems.PACKAGES.
    """
    location = parse_location(location)
    if isinstance(location, Path):
        return {path: local_files.stamp(path) for path in _local_recordings(location)}
    system, path = filesystems.open_address(location)
    with explained(location):
        if _is_file(system, path, location):
            found = {path: system.info(path)}
        elif glob.has_magic(path) and not system.exists(path):
            found = system.glob(path, detail=True)
        else:
            found = filesystems.list_files(system, path, location)
        found = {
            name: filesystems.details(system, name, listed)
            for name, listed in found.items()
            if _is_recording(name, path)
        }
    if not found:
        raise MissingError(f"{location} holds no recordings; check the address")
    host = location.rstrip("/").removesuffix(path)  # what fsspec takes off; of http it takes off nothing
    return {host + name: filesystems.stamp_of(found[name]) for name in sorted(found)}


def find(location: Location) -> list[Location]:
    """The recordings at a location, sorted by name; arguments and errors are those of `stamps`."""
    return list(stamps(location))


def stamp(location: Location) -> Stamp | None:
    """[size in bytes, a value that changes with the file]; None where there is no file.

    Raises:
        InputError: the address cannot be reached.
    """
    location = parse_location(location)
    if isinstance(location, Path):
        return local_files.stamp(location)
    system, path = filesystems.open_address(location)
    try:
        with explained(location):
            return filesystems.stamp_of(system.info(path))
    except MissingError:
        return None


@contextlib.contextmanager
def local_copy(location: Location) -> Generator[Path]:
    """A Path to read a file from: the file itself, or a copy that is deleted after the block.

    Raises:
        InputError: the file cannot be fetched.
    """
    location = parse_location(location)
    if isinstance(location, Path):
        yield location
        return
    system, path = filesystems.open_address(location)
    name = PurePosixPath(path).name
    check_name(name, location)
    with tempfile.TemporaryDirectory() as folder:
        with explained(location):
            system.get_file(path, f"{folder}/{name}")
        yield Path(folder, name)


@contextlib.contextmanager
def new_file(location: Location) -> Generator[Path]:
    """A temporary path; its file takes its place at the location when the block succeeds, and is deleted otherwise."""
    location = parse_location(location)
    if isinstance(location, str):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder, "fresh")
            upload(Path(folder, "fresh"), location)
        return
    location.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(location) as fresh:
        yield fresh


def upload(path: Path | str, address: str) -> None:
    """Copy one file of this machine to an address, whole or not at all.

    Raises:
        InputError: the address cannot be written to.
    """
    if str(address).startswith("http"):
        raise InputError(f"{address}: a web server cannot be written to; give a path, or another address")
    system, target = filesystems.open_address(address)
    with explained(address):
        folder, _, last = target.rpartition("/")
        if filesystems.is_object_store(address):
            system.put_file(str(path), target)
        else:
            system.makedirs(folder, exist_ok=True)
            system.put_file(str(path), f"{folder}/.{last}")
            system.mv(f"{folder}/.{last}", target)


def remove(location: Location) -> None:
    """Delete a file, if it is there.

    Raises:
        InputError: the address cannot be written to.
    """
    location = parse_location(location)
    if isinstance(location, Path):
        location.unlink(missing_ok=True)
        return
    system, path = filesystems.open_address(location)
    with contextlib.suppress(MissingError), explained(location):
        system.rm_file(path)


def check_name(name: str, address: str) -> None:
    """Make sure that a name found at an address can become a path below a folder of ours.

    Raises:
        InputError: it cannot; the message says why.
    """
    why = locations.refusal(name) or ("has an empty part" if "//" in name else "")
    if why or not name:
        raise InputError(f"{address}: {name!r} {why or 'has no name'}; rename it there")


def _local_recordings(path):
    """The recordings at a path of this machine: the file itself, those in the folder, or those of the pattern."""
    if path.is_dir():
        found = local_files.find_recordings(path)
    elif path.exists() or not glob.has_magic(str(path)):
        return [path]  # a missing one is reported when it is read
    else:
        found = sorted(Path(name) for name in glob.glob(str(path), recursive=True) if _is_recording(name, ""))
    if not found:
        left_out = local_files.left_out(path) if path.is_dir() else ""
        raise InputError(f"{path} holds no recordings; {left_out or 'check the path'}")
    return found


def _is_file(system, path, address):
    if address.startswith("http"):  # a page may be both
        return PurePosixPath(urlsplit(address).path).suffix.lower() in local_files.RECORDING_SUFFIXES
    return system.isfile(path)


def _is_recording(name, root):
    inside = name[len(root) :] if name.startswith(root) else name
    return PurePosixPath(name).suffix.lower() in local_files.RECORDING_SUFFIXES and not is_hidden(inside)
