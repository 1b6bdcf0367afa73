"""Folders and limits of the service, and errors with an HTTP code."""

import ipaddress
import secrets
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from classifier.core.errors import InputError
from Constants import SERVED, TRAINED


def is_local(host: str | None) -> bool:
    """Whether a server of this name, or bound to this address, can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Settings:
    """Folders of the service, and limits of what clients may do.

    Attributes:
        out: trained models.
        home: what the service writes.
        data: folders that a training may use, beside the project's own.
        token: needed for all that changes something; None: nobody needs one.
        allow_urls: whether recordings may be given by their address.
        log: what is logged, of logs.LEVELS.
    """

    out: Path = TRAINED
    home: Path = SERVED
    data: tuple[Path, ...] = ()
    token: str | None = None
    allow_urls: bool = False
    longest_seconds: float = 600  # of a recording
    upload_bytes: int = 200 * 2**20  # of a request
    archive_files: int = 1000
    unpacked_bytes: int = 2 * 2**30
    most_times_larger: int = 100  # unpacked against packed
    always_unpacked_bytes: int = 64 * 2**20  # however small the archive is
    decoding_seconds: float = 30  # of a recording; its process is then killed
    decoding_bytes: int = 2 * 2**30  # address space of such a process
    waiting: int = 32  # requests to predict at once
    live: int = 8  # sockets at once
    queued: int = 16  # trainings that wait
    log: str = "errors"

    @classmethod
    def from_args(cls, args: Namespace) -> "Settings":
        """The settings of a command line; a server that other machines reach has a token.

        Raises:
            InputError: there is no such folder of data.
        """
        for folder in args.data:
            if not folder.is_dir():
                raise InputError(
                    f"{folder}: there is no such folder; --data names one with a folder of recordings per label"
                )
        token = args.token or (None if is_local(args.host) else secrets.token_urlsafe(16))
        data = tuple(folder.resolve() for folder in args.data)
        return cls(args.trained.resolve(), args.home.resolve(), data, token, args.allow_urls, log=args.log)

    def unpacked_limit(self, packed_bytes: int) -> int:
        """Bytes that may come out of an archive of so many."""
        return min(self.unpacked_bytes, max(self.always_unpacked_bytes, self.most_times_larger * packed_bytes))


class Refused(InputError):
    """A request that is refused; code is HTTP's."""

    code = 422


class Forbidden(Refused):
    """It is not allowed here."""

    code = 403


class NotFound(Refused):
    """There is no such thing."""

    code = 404


class Conflict(Refused):
    """It does not fit the state of things."""

    code = 409


class TooLarge(Refused):
    """It is too large or too long."""

    code = 413


class Busy(Refused):
    """There is no room now; it may be tried again."""

    code = 429
