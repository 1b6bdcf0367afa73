"""Mirror remote folders: download and upload only changed files.

A mirror remembers the stamps of its files, both here and there, from the last time that they were the same. So a file
that is deleted on one side is told from a file that is new on the other.
"""

import contextlib
import hashlib
import json
import re
import uuid
from collections.abc import Generator
from pathlib import Path
from urllib.parse import quote, unquote

from classifier.core import atomic_files, parallel, places
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.storage import filesystems, local_files, remote
from classifier.storage.filesystems import MissingError, Stamp, explained, is_hidden
from classifier.storage.locations import Location, is_remote
from Constants import CACHE

AT_ONCE = 8  # files in transfer: most of the time goes into waiting for an answer
MIRRORS = CACHE / "mirrors"  # a folder for each mirrored address; may be deleted at any time
LOCK = ".mirror.lock"  # beside the lock of whoever writes the files
INDEX = ".mirror.json"  # in a mirror: {address, files: {name: [stamp there, stamp here]}}


def local_path(location: Location) -> Path:
    """The path of a location on this machine: its own, or that of the mirror of an address."""
    if not is_remote(location):
        return Path(location)
    address, file = _folder_and_file(location)
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    return MIRRORS / f"{_as_name(address)}-{digest}" / file


def updated(location: Location, missing_ok: bool = False) -> Path:
    """`local_path`, after bringing the mirror up to date: of a folder, or, for a csv file, of its folder.

    Raises:
        InputError: as of `download`.
    """
    if is_remote(location):
        address, file = _folder_and_file(location)
        download(address, local_path(location).parent if file else local_path(location), missing_ok)
    return local_path(location)


def updated_for_writing(out: Location) -> Path:
    """`updated` for a folder of results, which may be new, after making sure that it can be written to.

    Raises:
        InputError: it cannot be read or written.
    """
    if is_remote(out):
        probe = f"{out}/.{uuid.uuid4().hex}"
        with remote.new_file(probe) as fresh:
            fresh.touch()
        remote.remove(probe)
    else:
        places.check_writable(out)
    return updated(out, missing_ok=True)


def address_of(path: Path, address: str) -> str:
    """The address of a file in the mirror of an address."""
    folder, file = _folder_and_file(address)
    name = Path(path).relative_to(local_path(address).parent if file else local_path(address)).as_posix()
    return f"{folder}/{quote(name) if folder.startswith('http') else name}"


def download(address: str, folder: Path | str, missing_ok: bool = False) -> Path:
    """Make a folder the same as a remote folder; only changed files are copied, each whole or not at all.

    Files that were downloaded before, and are no longer at the address, are deleted. Hidden files stay.

    Args:
        missing_ok: the remote folder may be missing or empty.

    Returns:
        the folder.

    Raises:
        InputError: nothing is there, it cannot be read, or a name cannot become a path.
    """
    folder = Path(folder)
    listed, stamps = _list_remote(address, missing_ok)
    if not stamps and not missing_ok:
        raise InputError(f"{address} holds no files; give the address of a folder that does")
    for name in stamps:
        remote.check_name(name, address)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(folder, LOCK), _index(folder, address) as index:
        for name in set(index) - set(stamps):
            (folder / name).unlink(missing_ok=True)
            del index[name]
        changed = [
            name for name in stamps if index.get(name, [None])[0] != stamps[name] or not (folder / name).is_file()
        ]
        calls = [(address, listed[name], folder, name) for name in changed]
        done = parallel.results(_download_file, calls, threads=True, at_once=AT_ONCE)
        for name in progress(done, f"downloading {address}", len(calls)):
            index[name] = [stamps[name], local_files.stamp(folder / name)]
    return folder


def upload(folder: Path | str, address: str) -> None:
    """Copy a folder to an address; only files that changed since the last time.

    Files that `download` or `upload` put into both, and that are no longer in the folder, are deleted at the address.

    Raises:
        InputError: the address cannot be written to.
    """
    folder, address = Path(folder), address.rstrip("/")
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    stamps = {name: local_files.stamp(path) for name, path in paths.items() if not is_hidden(name)}
    with atomic_files.alone_in(folder, LOCK), _index(folder, address) as index:
        for name in set(index) - set(stamps):
            remote.remove(f"{address}/{name}")
            del index[name]
        changed = [name for name in stamps if index.get(name, [None, None])[1] != stamps[name]]
        calls = [(address, folder, name) for name in changed]
        done = parallel.results(_upload_file, calls, threads=True, at_once=AT_ONCE)
        for name in progress(done, f"uploading to {address}", len(calls)):
            index[name] = [remote.stamp(f"{address}/{name}"), stamps[name]]


def _list_remote(address, missing_ok):
    """{name: path there} and {name: stamp} of the files of a remote folder, without hidden ones."""
    listed, stamps = {}, {}
    system, root = filesystems.open_address(address)
    with contextlib.suppress(MissingError) if missing_ok else contextlib.nullcontext(), explained(address):
        found = filesystems.list_files(system, root, address)
        listed = {_name_below(path, root): path for path in found if path.startswith(f"{root}/") and path[-1] != "/"}
        stamps = {
            name: filesystems.stamp_of(filesystems.details(system, path, found[path]))
            for name, path in listed.items()
            if not is_hidden(name)
        }
    return listed, stamps


def _download_file(address, path, folder, name):
    """Copy one file; returns its name."""
    system, _ = filesystems.open_address(address)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(folder / name) as fresh, explained(f"{address}: {name}"):
        system.get_file(path, str(fresh))
    return name


def _upload_file(address, folder, name):
    """Copy one file; returns its name."""
    remote.upload(folder / name, f"{address}/{name}")
    return name


def _name_below(path, root):
    name = path[len(root) + 1 :]
    return unquote(name) if path.startswith("http") else name


def _folder_and_file(address):
    folder, _, last = address.rstrip("/").rpartition("/")
    return (folder, last) if last.lower().endswith((".csv", ".tsv")) else (address.rstrip("/"), "")


def _as_name(address):
    return re.sub(r"[^\w.-]", "_", address.rpartition("/")[2]).lstrip(".")


@contextlib.contextmanager
def _index(folder, address) -> Generator[dict[str, list[Stamp | None]]]:
    """{name: [stamp there, stamp here]} of a mirror, written when the block ends, however it does."""
    path, index = folder / INDEX, {}
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        saved = json.loads(path.read_text(encoding="utf-8"))
        index = dict(saved["files"]) if saved["address"] == str(address).rstrip("/") else {}
    try:
        yield index
    finally:
        with atomic_files.new_file(path) as fresh:
            fresh.write_text(json.dumps({"address": str(address).rstrip("/"), "files": index}), encoding="utf-8")
