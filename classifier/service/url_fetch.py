"""Fetch what a stranger's address names, and never anything of the network that the server stands in.

The name is looked up once and every answer is checked; the connection goes to an address that was checked, whatever the
name leads to a moment later. A redirect is an address like any other.
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
from pathlib import Path, PurePosixPath

from classifier.core import atomic_files
from classifier.service.settings import Forbidden, Refused, TooLarge
from classifier.storage import locations

SECONDS = 30  # for all of it: looking up, redirects, the last byte
REDIRECTS = 5
CHUNK = 2**16  # bytes
PORTS = {"http": 80, "https": 443}
SIGNS = "%/:=&?~#+!$,;'@()*[]"  # all else in an address, such as blanks and umlauts, is encoded first
NAT64 = ipaddress.ip_network("64:ff9b::/96")
GIVEN_OUT = ipaddress.ip_network("2000::/3")  # all the addresses of IPv6 that anybody has on the internet


def is_public(address):
    """Whether an IP address lies on the internet; one that hides an IPv4 address is what the hidden one is."""
    ip = ipaddress.ip_address(address)
    if ip.version == 6:
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1]) or nat64
        if hidden:
            return is_public(hidden)
        if ip not in GIVEN_OUT:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def fetch(address, folder, settings, allowed=is_public, seconds=SECONDS):
    """Download an address to a new file.

    Args:
        address: http or https, any port, without a user's name.
        folder: where to; a staged one.
        allowed: IP address -> bool, which may be asked.
        seconds: for all of it; the system's own limit holds for looking up one name.

    Returns:
        (title, path): the last part of the address that answered, and the file.

    Raises:
        Refused: with a code; no detail of the network is in its message.
    """
    if not settings.allow_urls:
        raise Forbidden("this server fetches no addresses: upload the file, or start the server with --allow-urls")
    deadline = time.monotonic() + seconds
    path = Path(folder) / uuid.uuid4().hex
    try:
        with atomic_files.new_file(path) as fresh:
            here = address
            for _ in range(REDIRECTS + 1):
                with _answer(here, deadline, allowed) as response:
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
def _answer(address, deadline, allowed):
    """The HTTP response of an address, whose body is not read yet; hung up at the deadline, in whatever it is then."""
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


def _parts(address):
    """(scheme, host, port, all parts) of an address that may be asked."""
    parts = urllib.parse.urlsplit(urllib.parse.quote(address, safe=SIGNS))
    host, port = parts.hostname, parts.port
    if parts.scheme not in PORTS or not host or port == 0:
        raise Refused("is not fetched; give one that begins with http:// or https:// and a host")
    if "@" in parts.netloc:
        raise Refused("is not fetched: leave the name and the password out of it")
    return parts.scheme, host, port or PORTS[parts.scheme], parts


def _checked(host, port, allowed):
    """[(family, socket address)] of a host; each is allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise Refused("cannot be fetched: there is no such host; check how it is written") from None
    if not all(allowed(where[0]) for *_, where in found):
        raise Forbidden("is not fetched: it leads to an address that is not public")
    return [(family, where) for family, *_, where in found]


def _connected(places, deadline):
    """A socket to the first of the places that takes a connection."""
    for family, where in places:
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(max(0.001, (deadline - time.monotonic()) / len(places)))
            line.connect(where)
            line.settimeout(None)  # the clock hangs up
            return line
        except OSError as error:
            line.close()
            failed = error
    raise failed


def _hang_up(line):
    with contextlib.suppress(OSError):  # the other side was first
        line.shutdown(socket.SHUT_RDWR)


def _receive(response, path, limit_bytes):
    n_bytes = 0
    with path.open("wb") as file:
        while chunk := response.read(CHUNK):
            n_bytes += len(chunk)
            if n_bytes > limit_bytes:
                raise TooLarge(f"is larger than the {limit_bytes / 2**20:g} MiB that this server takes")
            file.write(chunk)
    if response.length:
        raise Refused("was cut off while it was fetched; try again")


def _title(address):
    parts = urllib.parse.urlsplit(address)
    name = PurePosixPath(urllib.parse.unquote(parts.path)).name or parts.hostname
    return re.sub(locations.UNPRINTABLE, "", name)
