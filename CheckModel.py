"""Look into a .tflite before it goes into an app: what it is, which runtimes take it, what is wrong with it."""

import sys
from pathlib import Path

from classifier.core import arguments, console
from classifier.export.config import CheckConfig
from Constants import TRAINED


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="default: those for an app of all trained models")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--recording", type=Path, help="default: one held out in training, else of data_short")
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, and nothing else")
    arguments.add_output(parser)
    args = parser.parse_args(argv)
    config = CheckConfig(
        files=tuple(args.files),
        trained=args.trained,
        recording=args.recording,
        head=args.head,
        activation=args.activation,
    )
    config.paths()  # before anything slow is loaded

    from classifier.reporting import check_page

    checks = []
    for check in check_page.check_all(config):
        checks.append(check)
        if not args.json and isinstance(check, check_page.Check):
            check_page.show(check)
    if args.json:
        print(check_page.as_json(checks))
    sys.exit(0 if all(check.usable for check in checks) else 1)


if __name__ == "__main__":
    console.run(main)
