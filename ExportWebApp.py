"""Write a folder of static files that runs a model in a browser: on a phone, without a server, offline.

The page listens, classifies recordings, and keeps a log. LiteRT.js is fetched from npm on first use.
"""

from pathlib import Path

from classifier.core import arguments, commands, console
from classifier.export.config import WebAppConfig
from Constants import TRAINED, WEB

# Parameters: change them here, or give them on the command line.
MODEL = None  # names of trained models, or their folders; None: the best of the newest data
OUT = WEB
PORT = 8000  # of the command that is printed


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL, metavar="NAME[,NAME]", help="names or folders (default: the best)")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--out", default=OUT, type=Path, help="folder of the web app (default: web)")
    args = parser.parse_args(argv)

    from classifier.records import choice

    model = args.model or str(choice.default(args.trained))
    config = WebAppConfig(model=model, trained=args.trained, out=args.out)

    from classifier.export.web_app import folder

    show(folder.write(config))


def show(app):
    """Print which files are in it, what a first visit loads, and how to open it."""
    rows = [
        [model.name, model.variant, f"{len(model.content) / 1000:.0f}", f"{model.difference:.0e}"]
        for model in app.models
    ]
    console.table(["model", "variant", "KB", "differs from LiteRT by"], rows)
    for model in app.models:
        for variant, why in model.refused.items():
            console.warn(f"{model.name}: {variant} is smaller, and LiteRT.js does not run it: {why}")
    print(f"wrote {app.folder}; a first visit loads {app.first_load / 1e6:.1f} MB, later ones nothing")
    print("a microphone and offline use need https or localhost; how to get that: docs/guide/web_app.md")
    serve = commands.line(
        [commands.python(), "-m", "http.server", "--bind", "127.0.0.1", "--directory", app.folder, PORT]
    )
    print(f"next: {serve}")
    print(f"then open http://localhost:{PORT}/")


if __name__ == "__main__":
    console.run(main)
