"""Serve trained models: a web page to use them, and a REST API to build on."""

from pathlib import Path

from classifier.core import arguments, console
from Constants import SERVED, TRAINED

# Parameters: change them here, or give them on the command line.
HOST = "127.0.0.1"  # reached from this machine only; 0.0.0.0: from all machines that know it
PORT = 8000  # 0: any that is free
WORKERS = 1  # processes that answer; one more watches over several
UPLOADS_GB = 20  # for all data that was uploaded to learn from
KEEP_DAYS = 30  # after which kept data is deleted that no training has used
LOG = "errors"  # requests: also a line for each request; names: also the names of recordings


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--data", action="append", type=Path, default=[], help="a folder that may be trained on, too")
    parser.add_argument("--host", default=HOST, help="0.0.0.0: open to other machines (default: %(default)s)")
    parser.add_argument("--port", default=PORT, type=arguments.at_least(0), help="default: %(default)s; 0: a free one")
    parser.add_argument("--public-url", metavar="URL", help="its address behind a proxy, such as https://host/sounds/")
    from_there = "address from which that proxy connects (default: this machine)"
    parser.add_argument("--proxy", action="append", default=[], metavar="IP", help=from_there)
    parser.add_argument("--token", help="needed for all that changes something (with another --host, one is made)")
    parser.add_argument("--https", action="store_true", help="with a certificate that is made on the spot")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="serve https with this one (PEM)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="its key (PEM)")
    parser.add_argument("--allow-urls", action="store_true", help="fetch recordings from addresses that clients name")
    parser.add_argument("--home", default=SERVED, type=Path, help="where trainings are kept (default: served)")
    parser.add_argument(
        "--workers", default=WORKERS, type=arguments.at_least(1), help="processes that answer (default: %(default)s)"
    )
    of_uploads = "GB for uploaded data (default: %(default)s)"
    parser.add_argument("--uploads-gb", default=UPLOADS_GB, type=arguments.at_least(1), metavar="GB", help=of_uploads)
    unused = "kept data is deleted when no training used it for so long (default: %(default)s)"
    parser.add_argument("--keep-days", default=KEEP_DAYS, type=arguments.at_least(1), metavar="DAYS", help=unused)
    parser.add_argument("--predict-only", action="store_true", help="train nothing: beside a server with this --home")
    parser.add_argument(
        "--backup", type=Path, metavar="FILE", help="write trainings and trained models to FILE.tar; end"
    )
    parser.add_argument(
        "--log",
        default=LOG,
        choices=["errors", "requests", "names"],
        help="what is logged as JSON: errors; requests, too; names of recordings, too (default: %(default)s)",
    )
    arguments.add_weights(parser)
    args = parser.parse_args(argv)
    if args.backup:
        from classifier.service.backup import write_backup

        return print(write_backup(args.home, args.trained, args.backup))

    from classifier.pretrained import weights
    from classifier.service.certificate import Https
    from classifier.service.server import serve
    from classifier.service.settings import Settings

    weights.take(args.weights)
    https = Https(args.certificate, args.key) if args.https or args.certificate or args.key else None
    serve(Settings.from_args(args), args.host, args.port, https)


if __name__ == "__main__":
    console.run(main)
