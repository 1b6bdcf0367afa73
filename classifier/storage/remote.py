"""Files that lie elsewhere: s3://bucket/folder, gs://..., https://..., sftp://..., read and written through fsspec.

Who may is not said in an address but where the provider's own tools look for it: AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY or ~/.aws, `gcloud auth application-default login`, AZURE_STORAGE_CONNECTION_STRING, the keys of
ssh. Names that others gave become paths only below the folder asked for.
"""

import contextlib
import errno
import glob
import hashlib
import json
import re
import tempfile
import uuid
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from classifier.audio import recording
from classifier.core import atomic_files, parallel
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.storage import locations
from classifier.storage.locations import is_remote, place
from Constants import STORES

PACKAGES = {  # protocols, and what pip installs for them; fsspec's others read what no data comes from, or run code
    **{"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "hdfs": "pyarrow"},
    **{"http": "aiohttp", "https": "aiohttp", "sftp": "paramiko", "memory": "fsspec"},
}
WHOLE_AT_ONCE = ("s3", "gs", "gcs", "az", "abfs", "memory")  # a file is there when all of it is
STAMPS = ("ETag", "etag", "md5Hash", "generation", "LastModified", "last_modified", "mtime", "updated", "created")
AT_ONCE = 8  # files under way: most of the time goes into waiting for an answer
MIRRORS = STORES / "elsewhere"  # a folder for each that was fetched; may be deleted at any time
LOCK = ".elsewhere.lock"  # beside that of who writes the files
INDEX = ".elsewhere.json"  # in a mirrored folder: how its files were, here and there, when they were the same


class Unreachable(InputError):
    """An address cannot be read or written now; that says nothing of what lies there."""


class Nothing(Unreachable):
    """There is nothing at an address."""


def stamps(address):
    """{address: stamp} of the recordings at an address, from one listing where the protocol has listings.

    Args:
        address: a recording, a folder, or a pattern such as s3://bucket/2024/*/*.wav; or the same as a path.

    Returns:
        dict in the order of the names: address, or Path where it is on this machine, to what `stamp` says of it.

    Raises:
        InputError: there is nothing, it cannot be read, or the protocol is none of PACKAGES.
    """
    address = place(address)
    if not is_remote(address):
        return {path: recording.stamp(path) for path in _here(address)}
    system, path = _open(address)
    with _explained(address):
        if _is_file(system, path, address):
            found = {path: system.info(path)}
        elif glob.has_magic(path) and not system.exists(path):
            found = system.glob(path, detail=True)
        else:
            found = _listed(system, path, address)
        found = {name: _told(system, name, info) for name, info in found.items() if _is_recording(name, path)}
    if not found:
        raise Nothing(f"{address} holds no recordings; look whether the address is right")
    host = address.rstrip("/").removesuffix(path)  # what fsspec takes off; of http it takes off nothing
    return {host + name: _stamp(found[name]) for name in sorted(found)}


def find(address):
    """The recordings at an address, in the order of their names; arguments and errors are those of `stamps`."""
    return list(stamps(address))


def stamp(address):
    """[bytes, what changes when the file does], as recording.stamp says it of a path; None where there is no file."""
    address = place(address)
    if not is_remote(address):
        return recording.stamp(address)
    system, path = _open(address)
    try:
        with _explained(address):
            return _stamp(system.info(path))
    except Nothing:
        return None


@contextlib.contextmanager
def local(address):
    """A Path to read a file from: the file itself, or a copy that is gone after the block.

    Raises:
        InputError: a copy cannot be had.
    """
    address = place(address)
    if not is_remote(address):
        yield address
        return
    system, path = _open(address)
    name = PurePosixPath(path).name
    _check(name, address)
    with tempfile.TemporaryDirectory() as folder:
        with _explained(address):
            system.get_file(path, f"{folder}/{name}")
        yield Path(folder, name)


def fetch(address, folder, missing_ok=False):
    """Make a folder of this machine what a folder elsewhere is; only what changed there is copied.

    Files that came from there, and are there no longer, are deleted. Hidden ones stay where they are.

    Args:
        missing_ok: there need not be anything yet.

    Returns:
        the folder.

    Raises:
        InputError: nothing is there, it cannot be read, or a name may not become a path; files are whole or not there.
    """
    folder, there, told = Path(folder), {}, {}
    system, root = _open(address)
    with contextlib.suppress(Nothing) if missing_ok else contextlib.nullcontext(), _explained(address):
        found = _listed(system, root, address)
        there = {_inside(path, root): path for path in found if path.startswith(f"{root}/") and path[-1] != "/"}
        told = {name: _stamp(_told(system, path, found[path])) for name, path in there.items() if not _is_hidden(name)}
    if not told and not missing_ok:
        raise InputError(f"{address} holds no files; give the address of a folder that does")
    for name in told:
        _check(name, address)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(folder, LOCK), _index(folder, address) as index:
        for name in set(index) - set(told):
            (folder / name).unlink(missing_ok=True)
            del index[name]
        changed = [name for name in told if index.get(name, [None])[0] != told[name] or not (folder / name).is_file()]
        calls = [(address, there[name], folder, name) for name in changed]
        got = parallel.results(_get, calls, threads=True, at_once=AT_ONCE)
        for name in progress(got, f"fetching {address}", len(calls)):
            index[name] = [told[name], recording.stamp(folder / name)]
    return folder


def fetched_to_write(out):
    """`here` of a folder that results go to, as it is by now, after making sure that an address may be written to."""
    if is_remote(out):
        probe = f"{out}/.{uuid.uuid4().hex}"
        with new_file(probe) as fresh:
            fresh.touch()
        remove(probe)
    return fetched(out, missing_ok=True)


def here(data):
    """The path at which data lies on this machine: its own, or that of the mirror of an address."""
    if not is_remote(data):
        return Path(data)
    address, file = _folder_and_file(data)
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    return MIRRORS / f"{_as_name(address)}-{digest}" / file


def fetched(data, missing_ok=False):
    """`here`, after bringing the mirror up to date: of a folder, or, for a csv file, of the folder it lies in."""
    if is_remote(data):
        address, file = _folder_and_file(data)
        fetch(address, here(data).parent if file else here(data), missing_ok)
    return here(data)


def elsewhere(path, address):
    """The address of a file in the mirror of an address."""
    folder, file = _folder_and_file(address)
    name = Path(path).relative_to(here(address).parent if file else here(address)).as_posix()
    return f"{folder}/{quote(name) if folder.startswith('http') else name}"


@contextlib.contextmanager
def new_file(to):
    """A temporary path; its file is at a path or an address when the block succeeds, and gone when it fails."""
    to = place(to)
    if is_remote(to):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder, "fresh")
            send(Path(folder, "fresh"), to)
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(to) as fresh:
        yield fresh


def remove(file):
    """Delete a file at a path or an address, if it is there."""
    file = place(file)
    if not is_remote(file):
        file.unlink(missing_ok=True)
        return
    system, path = _open(file)
    with contextlib.suppress(Nothing), _explained(file):
        system.rm_file(path)


def send(path, address):
    """Put a file or a folder of this machine at an address; of a folder only what changed since it was last there.

    What of a folder was there by `fetch` or `send`, and is here no longer, is deleted there.

    Raises:
        InputError: it cannot be written to.
    """
    path = Path(path)
    if path.is_file():
        _put(address, path)
        return
    files = [file for file in path.rglob("*") if file.is_file()]
    here = {file.relative_to(path).as_posix(): recording.stamp(file) for file in files}
    here = {name: found for name, found in here.items() if not _is_hidden(name)}
    with atomic_files.alone_in(path, LOCK), _index(path, address) as index:
        for name in set(index) - set(here):
            remove(f"{address.rstrip('/')}/{name}")
            del index[name]
        changed = [name for name in here if index.get(name, [None, None])[1] != here[name]]
        calls = [(f"{address.rstrip('/')}/{name}", path / name, name) for name in changed]
        sent = parallel.results(_put, calls, threads=True, at_once=AT_ONCE)
        for name in progress(sent, f"sending to {address}", len(calls)):
            index[name] = [stamp(f"{address.rstrip('/')}/{name}"), here[name]]


def _open(address):
    """fsspec's file system for an address, and the path there."""
    protocol, _, rest = str(address).partition("://")
    if protocol not in PACKAGES or "::" in rest:
        known = ", ".join(f"{name}://" for name in PACKAGES if name != "memory")
        raise InputError(f"{address}: give a path, or an address that begins with one of {known}")
    if re.match("[^/@]*:[^/@]*@", rest):
        raise InputError(
            f"{protocol}://...@{rest.partition('@')[2]}: leave the password out, addresses are written into files; "
            "use a key (sftp) or the provider's environment variables"
        )
    import fsspec

    with _explained(address):
        try:
            system, path = fsspec.core.url_to_fs(str(address))
        except ImportError:
            raise InputError(
                f"{address}: {protocol}:// needs a package that is not installed; run pip install {PACKAGES[protocol]}"
            ) from None
        system.invalidate_cache()
    return system, path.rstrip("/")


@contextlib.contextmanager
def _explained(address):
    """What each provider's library raises in its own way, as an InputError."""
    try:
        yield
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise Nothing(f"{address}: there is nothing there; look whether the address is right") from None
    except (PermissionError, NotImplementedError) as error:
        raise Unreachable(f"{address} may not be used so ({error}); {_where_rights_are_said()}") from None
    except Exception as error:  # every library has its own; they share no class
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        why = f"{type(error).__name__}: {error}"
        raise Unreachable(f"{address} cannot be reached ({why}); {_where_rights_are_said()}") from None


def _folder_and_file(address):
    folder, _, last = address.rstrip("/").rpartition("/")
    return (folder, last) if last.lower().endswith(".csv") else (address.rstrip("/"), "")


def _as_name(address):
    return re.sub(r"[^\w.-]", "_", address.rpartition("/")[2]).lstrip(".")


def _where_rights_are_said():
    return "look whether the address is right, and who you are to the provider (docs/guide/many_machines.md)"


def _here(path):
    """The recordings at a path of this machine: itself, those in a folder, or those that a pattern means."""
    if path.is_dir():
        found = recording.find(path)
    elif path.exists() or not glob.has_magic(str(path)):
        return [path]  # where there is none, reading it says so
    else:
        found = sorted(Path(name) for name in glob.glob(str(path), recursive=True) if _is_recording(name, ""))
    if not found:
        raise InputError(f"{path} holds no recordings; look whether the path is right")
    return found


def _listed(system, path, address):
    """{path: what is told of it} of all files in a folder."""
    buckets = str(address).partition("://")[0] in WHOLE_AT_ONCE
    return system.find(path, detail=True, **({} if buckets else {"on_error": "raise"}))  # else folders are left out


def _is_file(system, path, address):
    if address.startswith("http"):  # a page may be both
        return PurePosixPath(urlsplit(address).path).suffix.lower() in recording.SUFFIXES
    return system.isfile(path)


def _inside(path, root):
    name = path[len(root) + 1 :]
    return unquote(name) if path.startswith("http") else name


def _is_recording(name, root):
    inside = name[len(root) :] if name.startswith(root) else name
    return PurePosixPath(name).suffix.lower() in recording.SUFFIXES and not _is_hidden(inside)


def _is_hidden(name):
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/"))


def _told(system, path, info):
    """What is told of a file; web servers list only names."""
    return info if info.get("size") is not None else system.info(path)


def _stamp(info):
    changes = next((str(info[name]) for name in STAMPS if info.get(name)), None)
    return [info.get("size"), changes]


def _check(name, address):
    why = locations.refusal(name) or ("has an empty part" if "//" in name else "")
    if why or not name:
        raise InputError(f"{address}: {name!r} {why or 'has no name'}; rename it there")


def _get(address, path, folder, name):
    """Copy one file from elsewhere; returns its name."""
    system, _ = _open(address)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(folder / name) as fresh, _explained(f"{address}: {name}"):
        system.get_file(path, str(fresh))
    return name


def _put(address, path, name=None):
    """Copy one file to elsewhere, whole or not at all; returns its name."""
    if str(address).startswith("http"):
        raise InputError(f"{address}: from a web server things are only read; give a path, or another address")
    system, there = _open(address)
    with _explained(address):
        folder, _, last = there.rpartition("/")
        if str(address).partition("://")[0] in WHOLE_AT_ONCE:
            system.put_file(str(path), there)
        else:
            system.makedirs(folder, exist_ok=True)
            system.put_file(str(path), f"{folder}/.{last}")
            system.mv(f"{folder}/.{last}", there)
    return name


@contextlib.contextmanager
def _index(folder, address):
    """{name: [stamp there, stamp here]} of a mirrored folder, written when the block ends, however it does."""
    path, held = folder / INDEX, {}
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(path.read_text(encoding="utf-8"))
        held = dict(told["files"]) if told["address"] == str(address).rstrip("/") else {}
    try:
        yield held
    finally:
        with atomic_files.new_file(path) as fresh:
            fresh.write_text(json.dumps({"address": str(address).rstrip("/"), "files": held}), encoding="utf-8")
