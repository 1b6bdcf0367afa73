"""Download a URL that a client names, but nothing from the network of the server.

The host name is resolved once, and every IP address is checked; the connection goes to a checked one, whatever the name
resolves to a moment later. A redirect is checked like any other URL.
"""

import contextlib
import errno
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Generator
from pathlib import Path, PurePosixPath

from classifier.core import atomic_files
from classifier.service.settings import Forbidden, Refused, Settings, TooLarge
from classifier.storage import locations

SECONDS = 30  # for all of it: name resolution, redirects, the last byte
REDIRECTS = 5
CHUNK = 2**16  # bytes
PORTS = {"http": 80, "https": 443}
SAFE_CHARACTERS = "%/:=&?~#+!$,;'@()*[]"  # of a URL; all others, such as blanks and umlauts, are encoded first
NAT64 = ipaddress.ip_network("64:ff9b::/96")
ALLOCATED = ipaddress.ip_network("2000::/3")  # the IPv6 addresses of the internet


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet; for an embedded IPv4 address, that one decides."""
    ip = ipaddress.ip_address(address)
    if ip.version == 6:
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1]) or nat64
        if embedded:
            return is_public(str(embedded))
        if ip not in ALLOCATED:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def fetch(
    address: str,
    folder: Path,
    settings: Settings,
    allowed: Callable[[str], bool] = is_public,
    seconds: float = SECONDS,
) -> tuple[str, Path]:
    """Download a URL to a new file.

    Args:
        address: http or https, any port, without a user's name.
        folder: for the file; one of workers.staged.
        settings: whether URLs are allowed, and how large a file may be.
        allowed: whether the server may connect to an IP address.
        seconds: for all of it; the system's own limit holds for resolving one name.

    Returns:
        (title, path): the last part of the URL that answered, and the file.

    Raises:
        Refused: it cannot be fetched, or may not be; no detail of the network is in the message.
    """
    if not settings.allow_urls:
        raise Forbidden("this server fetches no addresses: upload the file, or start the server with --allow-urls")
    deadline = time.monotonic() + seconds
    path = Path(folder) / uuid.uuid4().hex
    try:
        with atomic_files.new_file(path) as fresh:
            here = address
            for _ in range(REDIRECTS + 1):
                with _response(here, deadline, allowed) as response:
                    if response.status == 200:
                        _receive(response, fresh, settings.upload_bytes)
                        break
                    if response.status not in (301, 302, 303, 307, 308) or not response.headers["Location"]:
                        raise Refused(f"is answered with {response.status} instead of a file; open it in a browser")
                    here = urllib.parse.urljoin(here, response.headers["Location"])
            else:
                raise Refused(f"leads on and on, more than {REDIRECTS} times; give the address of the file itself")
            if time.monotonic() >= deadline:  # a connection that was hung up may look like an end
                raise TimeoutError
    except Refused as why:
        raise type(why)(f"{address} {why}") from None
    except (OSError, http.client.HTTPException) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise
        why = "cannot be fetched: its server does not answer as it should; open it in a browser"
        if isinstance(error, ssl.SSLCertVerificationError):
            why = "cannot be fetched: its server has no valid certificate"
        if time.monotonic() >= deadline:
            why = f"took longer than {seconds:g} s; download it yourself and upload the file"
        raise Refused(f"{address} {why}") from None
    except ValueError:
        raise Refused(f"{address} is no address, or leads to none; it should look like https://host/song.mp3") from None
    return _title(here), path


@contextlib.contextmanager
def _response(
    address: str, deadline: float, allowed: Callable[[str], bool]
) -> Generator[http.client.HTTPResponse, None, None]:
    """The HTTP response of a URL, whose body is not read yet; the connection is closed at the deadline."""
    scheme, host, port, parts = _parts(address)
    with contextlib.ExitStack() as stack:
        line = stack.enter_context(_connected(_checked(host, port, allowed), deadline))
        twin = stack.enter_context(line.dup())  # TLS takes the other one over
        clock = threading.Timer(deadline - time.monotonic(), _hang_up, [twin])
        clock.daemon = True
        stack.callback(clock.cancel)
        clock.start()
        if scheme == "https":
            line = stack.enter_context(ssl.create_default_context().wrap_socket(line, server_hostname=host))
        connection = http.client.HTTPConnection(host, port)
        connection.sock = line  # so that it looks nothing up and asks no proxy
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        headers = {"Host": parts.netloc, "Accept-Encoding": "identity", "Connection": "close"}
        headers["User-Agent"] = "ServeModel.py"  # some servers turn nameless clients away
        connection.request("GET", target, headers=headers)
        yield stack.enter_context(connection.getresponse())


def _parts(address: str) -> tuple[str, str, int, urllib.parse.SplitResult]:
    """(scheme, host, port, all parts) of a URL that may be fetched."""
    parts = urllib.parse.urlsplit(urllib.parse.quote(address, safe=SAFE_CHARACTERS))
    host, port = parts.hostname, parts.port
    if parts.scheme not in PORTS or not host or port == 0:
        raise Refused("is not fetched; give one that begins with http:// or https:// and a host")
    if "@" in parts.netloc:
        raise Refused("is not fetched: leave the name and the password out of it")
    return parts.scheme, host, port or PORTS[parts.scheme], parts


def _checked(host: str, port: int, allowed: Callable[[str], bool]) -> list[tuple]:
    """[(family, socket address)] of a host; each is allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise Refused("cannot be fetched: there is no such host; check how it is written") from None
    if not all(allowed(str(where[0])) for *_, where in found):
        raise Forbidden("is not fetched: it leads to an address that is not public")
    return [(family, where) for family, *_, where in found]


def _connected(addresses: list[tuple], deadline: float) -> socket.socket:
    """A socket to the first of the addresses that accepts a connection."""
    for family, where in addresses:
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(max(0.001, (deadline - time.monotonic()) / len(addresses)))
            line.connect(where)
            line.settimeout(None)  # the clock hangs up
            return line
        except OSError as error:
            line.close()
            failed = error
    raise failed


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was first
        line.shutdown(socket.SHUT_RDWR)


def _receive(response: http.client.HTTPResponse, path: Path, limit_bytes: int) -> None:
    n_bytes = 0
    with path.open("wb") as file:
        while chunk := response.read(CHUNK):
            n_bytes += len(chunk)
            if n_bytes > limit_bytes:
                raise TooLarge(f"is larger than the {limit_bytes / 2**20:g} MiB that this server takes")
            file.write(chunk)
    if response.length:
        raise Refused("was cut off while it was fetched; try again")


def _title(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    name = PurePosixPath(urllib.parse.unquote(parts.path)).name or parts.hostname or ""
    return re.sub(locations.UNPRINTABLE, "", name)
