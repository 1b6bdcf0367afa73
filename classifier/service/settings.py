"""Folders and limits of the service, and errors with an HTTP code."""

import ipaddress
import secrets
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from classifier.core.errors import InputError
from classifier.service.public_url import PublicUrl
from classifier.service.studio.limits import StudioLimits
from Constants import SERVED, TRAINED


def is_local(host: str | None) -> bool:
    """Whether a server of this name, or bound to this address, can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


LOOPBACK = ("127.0.0.1", "::1")  # where a proxy on this machine connects from


@dataclass(frozen=True)
class ConnectionLimits:
    """What connections may take: one that takes more is closed. Times are in seconds."""

    connections: int = 512  # at once
    connections_per_client: int = 64
    header_bytes: int = 32 * 2**10
    header_lines: int = 100
    first_byte_seconds: float = 10
    header_seconds: float = 10  # from its first byte to its last
    body_seconds: float = 20  # and one more for each `body_bytes_per_second` that have come
    body_bytes_per_second: int = 16 * 2**10
    longest_body_seconds: float = 300
    idle_seconds: int = 5  # between two requests
    read_bytes_per_second: int = 1024  # of a response, where it is not read at once


@dataclass(frozen=True)
class Settings:
    """Folders of the service, and limits of what clients may do.

    Attributes:
        out: trained models.
        home: what the service writes.
        data: folders that a training may use, beside the project's own.
        token: needed for all that changes something; None: nobody needs one.
        allow_urls: whether recordings may be given by their address.
        public: its address for people, where it is behind a proxy.
        proxies: addresses of the proxies.
        connections: limits of each connection.
        predict_only: nothing is trained, and another server may use the home.
        workers: processes that answer.
        staging_name: folder of the home for what requests bring.
        log: what is logged, of logs.LEVELS.
        studio: what its data sets may take.
    """

    out: Path = TRAINED
    home: Path = SERVED
    data: tuple[Path, ...] = ()
    token: str | None = None
    allow_urls: bool = False
    public: PublicUrl | None = None
    proxies: frozenset[str] = frozenset()
    connections: ConnectionLimits = ConnectionLimits()
    predict_only: bool = False
    workers: int = 1
    hang_seconds: float = 30  # that a worker may give no sign of life
    staging_name: str = "staging"
    longest_seconds: float = 600  # of a recording
    upload_bytes: int = 200 * 2**20  # of a request
    archive_files: int = 1000
    unpacked_bytes: int = 2 * 2**30
    most_times_larger: int = 100  # unpacked against packed
    always_unpacked_bytes: int = 64 * 2**20  # however small the archive is
    decoding_seconds: float = 30  # of a recording; its process is then killed
    decoding_bytes: int = 2 * 2**30  # address space of such a process
    predict_seconds: float = 120  # in which a recording that has arrived must be classified
    waiting: int = 32  # requests to predict at once
    receiving: int = 64  # bodies that are received at once
    request_seconds: float = 3600  # of audio in a request: of all the recordings of an archive
    minute_seconds: float = 36_000  # of audio that a client may have decoded in a minute
    stuck_seconds: float = 1800  # that a training may go on without a word
    live: int = 8  # sockets at once
    queued: int = 16  # trainings that wait
    uploads_bytes: int = 20 * 2**30  # of all data that was uploaded to learn from
    kept_seconds: float = 30 * 86400  # that kept data stays unused
    log: str = "errors"
    studio: StudioLimits = StudioLimits()

    @classmethod
    def from_args(cls, args: Namespace) -> "Settings":
        """The settings of a command line; a server that other machines reach has a token.

        Raises:
            InputError: there is no such folder of data, or the address of the proxy is none.
        """
        for folder in args.data:
            if not folder.is_dir():
                raise InputError(
                    f"{folder}: there is no such folder; --data names one with a folder of recordings per label"
                )
        if args.proxy and not args.public_url:
            raise InputError(f"--proxy {args.proxy[0]} needs --public-url: the address that the proxy has for people")
        public = PublicUrl.parse(args.public_url) if args.public_url else None
        for address in args.proxy:
            if not _is_address(address):
                raise InputError(f"--proxy {address} is no IP address; give the one from which the proxy connects")
        is_open = public is not None or not is_local(args.host)
        return cls(
            out=args.trained.resolve(),
            home=args.home.resolve(),
            data=tuple(folder.resolve() for folder in args.data),
            token=args.token or (secrets.token_urlsafe(16) if is_open else None),
            allow_urls=args.allow_urls,
            predict_only=args.predict_only,
            workers=args.workers,
            log=args.log,
            uploads_bytes=int(args.uploads_gb * 2**30),
            kept_seconds=args.keep_days * 86400,
            public=public,
            proxies=frozenset(args.proxy or LOOPBACK) if public else frozenset(),
        )

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


class NoRoom(Refused):
    """What is kept takes all the room that it may."""

    code = 507


class NotAcceptable(Refused):
    """The client accepts no kind of answer that there is."""

    code = 406


class Conflict(Refused):
    """It does not fit the state of things."""

    code = 409


class TooLarge(Refused):
    """It is too large or too long."""

    code = 413


class Busy(Refused):
    """There is no room now; it may be tried again, after so many seconds."""

    code = 429

    def __init__(self, message: str, retry_after: int = 1):
        super().__init__(message)
        self.retry_after = retry_after
