"""Run the service: a web page and a REST API, over the models of a folder."""

import socket

from classifier.core.errors import InputError
from classifier.service.settings import Settings, is_local
from Constants import DATA_SHORT

SHUTDOWN_SECONDS = 5  # for requests under way; a training has 4 after that, and all is over within 10
CONNECTIONS = 200  # at once
MAX_MESSAGE = 2**20  # bytes of a WebSocket's message


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until Ctrl-C; prints the address when it is ready.

    Args:
        settings: folders and limits.
        host: 127.0.0.1 is reached from this machine only, 0.0.0.0 from all that know it.
        port: 0 takes a free one.

    Raises:
        InputError: the port is taken, or the host is none of this machine's.
    """
    only_local = is_local(host)
    listening = listen(host, port)
    address = f"http://{'localhost' if only_local else host}:{listening.getsockname()[1]}/"

    import uvicorn

    from classifier.service import logs
    from classifier.service.app import make_app

    logs.set_up(settings.log)

    app = make_app(settings, only_local)
    models, _ = app.state.service.catalogue.models()
    if chosen := app.state.service.catalogue.chosen():
        print(f"model where none is named: {chosen.folder.name}, {chosen.why}")
    if not any(model.trained for model in models):
        print(f"{settings.out} holds no converted model: the page offers to train one on {DATA_SHORT.name}")
    access = f"#token={settings.token}" if settings.token else ""
    print(f"{len(models)} model(s) at {address}{access} (API: {address}docs); Ctrl-C ends it", flush=True)
    uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            log_config=None,  # as of logs.set_up
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            limit_concurrency=CONNECTIONS,
            ws_max_size=MAX_MESSAGE,
            server_header=False,
        )
    ).run(sockets=[listening])


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
