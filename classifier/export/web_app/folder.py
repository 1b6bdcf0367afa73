"""Write a web app: page, module, LiteRT.js, models, and what makes it open without a network."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier.audio.channels import LOUDEST, MIX, track
from classifier.core import atomic_files, places
from classifier.core.arguments import EACH
from classifier.core.console import progress, say
from classifier.core.errors import InputError
from classifier.export import snippets
from classifier.export.config import WebAppConfig
from classifier.export.web_app import litert_js, trial
from classifier.records import artifact
from Constants import ROOT

HERE = Path(__file__).parent
FILES = "files.js"  # what the service worker keeps; also what tells a web app from another folder
MODELS = "models.json"
PAGE = "index.html"  # the service worker keeps it under the folder's own address
README = """\
A sound classifier that runs in a browser. The sound never leaves the device.

Try it on this computer:  python -m http.server --bind 127.0.0.1 8000   then open http://localhost:8000/
On a phone: copy this folder to any host of static files that has https; the folder may lie anywhere on it.

Browsers give the microphone, and use without a network, only to pages from https or from localhost.
The model is in models/; its labels and its decision rule are inside the file. Licences: licences/.
To translate the page: app/texts.js.
"""
LICENCES = """\
The page, module and service worker: Apache-2.0 (Apache-2.0.txt).

LiteRT.js {version} (litert/, from npm: @litertjs/core and @litertjs/wasm-utils; the LiteRT authors): Apache-2.0
(Apache-2.0.txt). litert/index.js is changed: the import of wasm-utils is relative, and no GPU is asked for. The wasm
files are compressed and otherwise as published. Their makers build them from LiteRT, XNNPACK and other libraries, whose
notices are not in the npm packages; see the repository google-ai-edge/LiteRT on GitHub.

The models: licence and copyright are those of who trained them, and of their recordings.
"""


@dataclass(frozen=True)
class WebApp:
    """A web app that was written.

    Attributes:
        folder: holds index.html.
        models: in it; the first is chosen when the page opens.
        first_load: bytes that a browser fetches before it opens without a network, as servers compress them.
    """

    folder: Path
    models: tuple[trial.Chosen, ...]
    first_load: int


def write(config: WebAppConfig) -> WebApp:
    """Write a web app of trained models.

    Raises:
        InputError: Node is not installed, LiteRT.js cannot be fetched, a model is not converted or not run by
            LiteRT.js, or `out` holds something else.
    """
    models = artifact.trained(config.trained, config.model)
    for trained in models:
        trial.candidates(trained)  # says what is not converted before anything is fetched
    if config.out.exists() and not (config.out / FILES).is_file() and any(config.out.iterdir()):
        raise InputError(f"--out {config.out}: it holds something else than a web app; name a new folder")
    places.check_writable(config.out)
    litert_js.check_node()
    packages = litert_js.fetch()
    with atomic_files.new_folder(config.out) as fresh:
        say(f"writing a web app into {config.out} ...")
        write_parts(fresh, packages)
        chosen = tuple(trial.choose(one, fresh) for one in progress(models, "trying the models in LiteRT.js"))
        write_models(fresh, {model.name: (model.content, model.channel) for model in chosen})
        first_load = write_files(fresh)
    return WebApp(config.out, chosen, first_load)


def write_parts(folder: Path, packages: Path) -> None:
    """Write all but the models.

    Args:
        packages: of LiteRT.js, as of litert_js.fetch.
    """
    shutil.copytree(HERE / "page", folder, dirs_exist_ok=True)
    for name in ("look", "icons"):
        shutil.copytree(HERE / name, folder / name)
    write_module(folder / "module")
    litert_js.write(packages, folder / "litert")
    licences = folder / "licences"
    licences.mkdir()
    shutil.copy(ROOT / "LICENSE", licences / "Apache-2.0.txt")
    _write(licences / "README.txt", LICENCES.format(version=litert_js.version()))
    _write(folder / "README.txt", README)


def write_module(folder: Path) -> None:
    """Write sound-classifier.js and what it imports, the decision rule among it."""
    shutil.copytree(HERE / "module", folder)
    _write(folder / snippets.FILES["javascript"], snippets.text("javascript"))


def write_models(folder: Path, models: Mapping[str, tuple[bytes, str]]) -> None:
    """Write models, and the list of them.

    Args:
        models: {name: (.tflite with metadata, channel of recordings that it hears, of audio.channels.CHANNELS)}; the
            first is chosen when the page opens.
    """
    (folder / "models").mkdir()
    rows = []
    for name, (content, channel) in models.items():
        path = folder / "models" / f"{name}.tflite"
        path.write_bytes(content)
        rows.append(
            {
                "name": name,
                "file": path.relative_to(folder).as_posix(),
                "channel": _in_browser(channel),
            }
        )
    _write(folder / MODELS, json.dumps({"models": rows}, indent=2, ensure_ascii=False) + "\n")


def write_files(folder: Path) -> int:
    """Write the list of what the service worker keeps; returns the bytes of a first load, as servers compress them."""
    builds = {
        kind: [f"litert/{name}.js", f"litert/{name}.wasm.gz"] for kind, name in litert_js.BUILDS.items()
    }  # a browser needs one of them
    of_builds = {name for names in builds.values() for name in names}
    of_others = {f"module/{name}" for name in ("sound-classifier.d.ts", "sound-stream.js", "sound-stream.d.ts")}
    unused = {"README.txt", "service-worker.js", *of_others}
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    content = {name: (folder / name).read_bytes() for name in paths if name not in unused}
    version = hashlib.sha256(b"".join(name.encode() + held for name, held in content.items())).hexdigest()[:16]
    kept = {"version": version, "files": [name for name in content if name not in {*of_builds, PAGE}], "builds": builds}
    _write(folder / FILES, f"// What the service worker keeps.\nself.APP = {json.dumps(kept, indent=2)};\n")
    return sum(
        len(held) if name.endswith((".gz", ".png")) else len(gzip.compress(held))
        for name, held in content.items()
        if name not in builds["compat"]
    )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _in_browser(channel):
    """What stands for each channel, and for a sound track: a browser decodes the first."""
    if channel == EACH:
        return LOUDEST
    return channel if track(channel) is None else MIX
