"""Remote file systems through fsspec: open, list, explain errors.

Addresses carry no credentials. Each provider's own tools are asked for them: AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY or ~/.aws, `gcloud auth application-default login`, AZURE_STORAGE_CONNECTION_STRING, ssh keys.
"""

import contextlib
import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from classifier.core import disk
from classifier.core.errors import InputError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

PACKAGES = {  # protocol: the package to install for it; fsspec's other protocols hold no data sets, or run code
    **{"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "hdfs": "pyarrow"},
    **{"http": "aiohttp", "https": "aiohttp", "sftp": "paramiko", "memory": "fsspec"},
}
OBJECT_STORES = ("s3", "gs", "gcs", "az", "abfs", "memory")  # a file appears when all of it has arrived
STAMPS = ("ETag", "etag", "md5Hash", "generation", "LastModified", "last_modified", "mtime", "updated", "created")
CHECK_ACCESS = "check the address and your credentials for the provider (docs/guide/many_machines.md)"

Stamp = list[Any]  # [size in bytes or None, a text that changes with the file or None]


class UnreachableError(InputError):
    """An address cannot be read or written now; whether anything is there is not known."""


class MissingError(UnreachableError):
    """There is nothing at an address."""


def open_address(address: str) -> tuple["AbstractFileSystem", str]:
    """fsspec's file system for an address, and the path in it.

    Raises:
        InputError: the protocol is none of PACKAGES or its package is not installed, or the address holds a password.
    """
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

    with explained(address):
        try:
            system, path = fsspec.core.url_to_fs(str(address))
        except ImportError:
            raise InputError(
                f"{address}: {protocol}:// needs a package that is not installed; run pip install {PACKAGES[protocol]}"
            ) from None
        system.invalidate_cache()
    return system, path.rstrip("/")


@contextlib.contextmanager
def explained(address: str) -> Generator[None]:
    """Turn what each provider's library raises into an InputError that names the address.

    Raises:
        MissingError: there is nothing at the address.
        UnreachableError: the address cannot be used for another reason.
        OSError: the disk of this machine is full.
    """
    try:
        yield
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise MissingError(f"{address}: nothing is there; check the address") from None
    except (PermissionError, NotImplementedError) as error:
        raise UnreachableError(f"{address} does not allow this ({error}); {CHECK_ACCESS}") from None
    except Exception as error:  # each library raises its own classes; they share no base
        if isinstance(error, OSError) and error.errno in disk.FULL:
            raise
        why = f"{type(error).__name__}: {error}"
        raise UnreachableError(f"{address} cannot be reached ({why}); {CHECK_ACCESS}") from None


def is_object_store(address: str) -> bool:
    """Whether an address is one of OBJECT_STORES."""
    return str(address).partition("://")[0] in OBJECT_STORES


def list_files(system: "AbstractFileSystem", path: str, address: str) -> dict[str, dict[str, Any]]:
    """{path: fsspec's details} of all files in a folder and its subfolders."""
    settings = {} if is_object_store(address) else {"on_error": "raise"}  # else unreadable folders are left out
    return system.find(path, detail=True, **settings)


def details(system: "AbstractFileSystem", path: str, listed: dict[str, Any]) -> dict[str, Any]:
    """fsspec's details of a file: as listed, or asked for where the listing holds only names (web servers)."""
    return listed if listed.get("size") is not None else system.info(path)


def stamp_of(details: dict[str, Any]) -> Stamp:
    """The stamp in fsspec's details of a file."""
    changes = next((str(details[name]) for name in STAMPS if details.get(name)), None)
    return [details.get("size"), changes]


def is_hidden(name: str) -> bool:
    """Whether a path has a part that begins with a dot."""
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/"))
