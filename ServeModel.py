"""Serve trained models: a web page to talk to, and a REST API to build on."""

import secrets
import socket
from pathlib import Path

from classifier.core import arguments, console
from classifier.core.errors import InputError
from Constants import DATA_SHORT, SERVED, TRAINED

# Parameters: change them here, or give them on the command line.
HOST = "127.0.0.1"  # heard on this machine only; 0.0.0.0: by all that reach it
PORT = 8000  # 0: any that is free


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--data", action="append", type=Path, default=[], help="a folder that may be trained on, too")
    parser.add_argument("--host", default=HOST, help="0.0.0.0 to be heard by other machines (default: %(default)s)")
    parser.add_argument("--port", default=PORT, type=arguments.at_least(0), help="default: %(default)s; 0: a free one")
    parser.add_argument("--token", help="asked for by all that changes something (with another --host, one is made)")
    parser.add_argument("--allow-urls", action="store_true", help="fetch recordings from addresses that clients name")
    parser.add_argument("--home", default=SERVED, type=Path, help="where trainings are kept (default: served)")
    args = parser.parse_args(argv)

    from classifier.service import middleware
    from classifier.service.settings import Settings

    only_local = middleware.is_local(args.host)
    token = args.token or (None if only_local else secrets.token_urlsafe(16))
    data = tuple(_folder(path) for path in args.data)
    settings = Settings(args.trained.resolve(), args.home.resolve(), data, token, args.allow_urls)
    listening = _listen(args.host, args.port)
    address = f"http://{'localhost' if only_local else args.host}:{listening.getsockname()[1]}/"

    import uvicorn

    from classifier.service.app import make_app

    app = make_app(settings, only_local)
    models, _ = app.state.service.catalogue.models()
    if not any(model["trained"] for model in models):
        print(f"{args.trained} holds no converted model: the page offers to train one on {DATA_SHORT.name}")
    access = f"#token={token}" if token else ""
    print(f"{len(models)} model(s) at {address}{access} (API: {address}docs); Ctrl-C ends it", flush=True)
    uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
            limit_concurrency=200,
            ws_max_size=2**20,
            server_header=False,
        )
    ).run(sockets=[listening])


def _folder(path):
    if not path.is_dir():
        raise InputError(f"{path}: there is no such folder; --data names one with a folder of recordings per label")
    return path.resolve()


def _listen(host, port):
    """A socket that listens, so that a port that is taken is told at once.

    Raises:
        InputError: it is taken, or the host is none of this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        said = f"{host}, port {port} cannot be listened at ({error}); give another --host or --port"
        raise InputError(said) from None


if __name__ == "__main__":
    console.run(main)
