"""The address of the server for people, where it is behind a proxy."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from classifier.core.errors import InputError

PREFIX = re.compile(r"(/[\w.~-]+)*")  # of a path, as it may stand in a page
OWN = (  # begin our own paths
    *("v2", "page", "look", "module", "docs", "ui", "reports", "openapi.json", "swagger"),
    *("healthz", "readyz", "metrics", "api", "swagger.json"),
)


@dataclass(frozen=True)
class PublicUrl:
    """The address of the server for people, taken apart.

    Attributes:
        scheme: http or https.
        netloc: host and port, as browsers write them: the usual port is left out.
        host: the name alone.
        prefix: the path in front of ours, without a slash at its end.
    """

    scheme: str
    netloc: str
    host: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> "PublicUrl":
        """
        Raises:
            InputError: it is no such address.
        """
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment or "@" in parts.netloc:
            raise InputError(f"--public-url {text!r} is no address; give one such as https://example.org/sounds/")
        prefix = parts.path.rstrip("/")
        if not PREFIX.fullmatch(prefix):
            raise InputError(f"--public-url {text!r}: its path may have letters, digits and ._~- between slashes only")
        if prefix.split("/")[1:2] and prefix.split("/")[1] in OWN:
            raise InputError(f"--public-url {text!r}: paths of the server itself begin so; choose another")
        return cls(parts.scheme, netloc(parts.scheme, host, port), host, prefix)


def netloc(scheme: str, host: str, port: int | None) -> str:
    """Host and port as browsers write them: example.org for https and example.org:443."""
    host = f"[{host}]" if ":" in host else host.lower()
    return host if port in (None, {"http": 80, "https": 443}.get(scheme)) else f"{host}:{port}"
