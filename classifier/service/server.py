"""Run the service: a web page and a REST API, over the models of a folder."""

import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.core.errors import InputError
from classifier.service import certificate
from classifier.service.certificate import Certificate, Https
from classifier.service.settings import Settings, is_local
from Constants import DATA_SHORT

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from classifier.service.common import Common
    from classifier.service.phone import Phone

WARNING = (
    "browsers will warn of the certificate, which this server made itself and nobody vouches for: go on if the "
    "fingerprint is the same, or give one of your own (--certificate FILE --key FILE)"
)
SHUTDOWN_SECONDS = 5  # for requests under way; a training has 4 after that, and all is over within 10
MAX_MESSAGE = 2**20  # bytes of a WebSocket's message
FILES = 4096  # that may be open: each connection is one, each upload another


@dataclass(frozen=True)
class Reach:
    """How clients reach the server: from this machine only, from a phone, by https."""

    only_local: bool
    phone: "Phone"
    tls: Certificate | None


def serve(settings: Settings, host: str, port: int, https: Https | None = None) -> None:
    """Serve until Ctrl-C; prints the address when it is ready.

    Args:
        settings: folders and limits.
        host: 127.0.0.1 is reached from this machine only, 0.0.0.0 from all that know it.
        port: 0 takes a free one.
        https: with which certificate; None: http.

    Raises:
        InputError: the port is taken, or the host is none of this machine's.
    """
    from classifier.service import logs, phone
    from classifier.service.common import Common
    from classifier.service.supervisor import supervise

    logs.set_up(settings.log)
    common = Common(settings)
    settings = common.settings
    try:
        tls = certificate.ready(https, settings.home, host) if https else None
        listening = listen(host, port)
    except InputError:
        common.close()
        raise
    scheme, port = "https" if tls else "http", listening.getsockname()[1]
    address = f"{scheme}://{'localhost' if is_local(host) else host}:{port}/"
    for_phones = phone.of(settings, host, port, scheme, own_certificate=bool(tls and tls.is_own))
    reach = Reach(is_local(host), for_phones, tls)
    common.home.note(address)
    _announce(settings, address, tls)
    if settings.workers > 1:
        supervise(common, listening, reach)
    else:
        answer(settings, reach, common, listening)


def answer(
    settings: Settings,
    reach: Reach,
    common: "Common",
    listening: socket.socket,
    beat: Callable[[], None] | None = None,
) -> None:
    """Answer in this process until SIGINT or SIGTERM.

    Args:
        beat: called now and then while the event loop runs.
    """
    from classifier.service.app import make_app

    app = make_app(settings, reach.only_local, common)
    app.state.service.phone = reach.phone
    bounded_server(app, settings, reach.tls, beat).run(sockets=[listening])


def _announce(settings: Settings, address: str, tls: Certificate | None) -> None:
    """Print where it answers, and with which models."""
    from classifier.service.catalogue import Catalogue

    catalogue = Catalogue(settings)
    models, _ = catalogue.models()
    if chosen := catalogue.chosen():
        print(f"model where none is named: {chosen.folder.name}, {chosen.why}")
    if not any(model.trained for model in models):
        print(f"{settings.out} holds no converted model: the page offers to train one on {DATA_SHORT.name}")
    if tls and tls.is_own:
        print(f"{WARNING}; its SHA-256 fingerprint is {tls.fingerprint}")
    access = f"#token={settings.token}" if settings.token else ""
    if public := settings.public:
        print(f"the proxy finds it at {address}")
    address = f"{public.scheme}://{public.netloc}{public.prefix}/" if public else address
    print(f"{len(models)} model(s) at {address}{access} (API: {address}docs); Ctrl-C ends it", flush=True)


def bounded_server(
    app: "FastAPI", settings: Settings, tls: Certificate | None = None, beat: Callable[[], None] | None = None
) -> "uvicorn.Server":
    """A server whose connections are bounded; h11 is what limits the bytes of a header, httptools has no such limit."""
    import uvicorn

    class Server(uvicorn.Server):
        """uvicorn's own callback_notify goes by the time of day, which may be set back."""

        async def on_tick(self, counter: int) -> bool:
            if beat:
                beat()
            return await super().on_tick(counter)

    from classifier.service.connections import BoundedSocket, bounded

    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # warns of each wrong form
    _allow_files(FILES)
    return Server(
        uvicorn.Config(
            app,
            http=bounded(settings.connections, settings.proxies, app.state.service.connections),
            ws=BoundedSocket,
            log_level="error",  # a line for each wrong request would fill a disk
            log_config=None,  # as of logs.set_up
            access_log=False,
            proxy_headers=False,  # service.proxy trusts those that were named
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            timeout_keep_alive=settings.connections.idle_seconds,
            ws_max_size=MAX_MESSAGE,
            server_header=False,
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.key if tls else None,
        )
    )


def _allow_files(n: int) -> None:
    """Let this process open so many files, where the system lets it."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = n if hard == resource.RLIM_INFINITY else min(n, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        InputError: the port is taken, or the host is none of this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot listen at {host}, port {port} ({error}); give another --host or --port") from None
