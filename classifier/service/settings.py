"""What the service may do, and how much of it: folders, limits, and the errors that have an HTTP code."""

from dataclasses import dataclass
from pathlib import Path

from classifier.core.errors import InputError
from Constants import SERVED, TRAINED


@dataclass(frozen=True)
class Settings:
    """Where things lie, and the limits within which strangers may use them.

    out: trained models. home: what the service writes. data: folders that a training may use, beside the project's own.
    token: asked for by everything that changes something; None: nobody is asked.
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

    def unpacked_limit(self, packed_bytes):
        """Bytes that may come out of an archive of so many."""
        return min(self.unpacked_bytes, max(self.always_unpacked_bytes, self.most_times_larger * packed_bytes))


class Refused(InputError):
    """What a client asks for is not done; code is HTTP's."""

    code = 422


class Forbidden(Refused):
    code = 403


class NotFound(Refused):
    code = 404


class Conflict(Refused):
    code = 409


class TooLarge(Refused):
    code = 413


class Busy(Refused):
    code = 429
