"""Check that this Python has what the scripts need.

Python 3.8 can run this file and commands.py: a Python that is too old is told so, too.
"""

from __future__ import annotations

import importlib.util
import os
import sys

from classifier.core import commands
from Constants import ROOT

OLDEST = (3, 11)
IMPORTED_AS = {  # of packages whose module has another name
    "iterative_stratification": "iterstrat",
    "scikit_learn": "sklearn",
}


def check() -> None:
    """Make sure that this is a Python of the project's environment, or one with the same packages.

    Raises:
        SystemExit: it is not; the message is one sentence that names the command to run.
    """
    lacking = _lacking()
    if lacking:
        given = _given()
        name = given[1] if given[0] == "-m" else os.path.basename(given[0])
        sys.exit(f"{name}: {lacking}: run {_remedy(given)}")


def _remedy(given):
    """What to run in place of the given command: a sentence without its beginning."""
    python = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    again = f"`{commands.line([_short(python), *given])}`"
    if python.exists() and os.path.realpath(ROOT / ".venv") != os.path.realpath(sys.prefix):
        return again
    make = commands.line(["make", *([] if os.getcwd() == str(ROOT) else ["-C", ROOT]), "environment"])
    first = "the commands of README.md that make .venv" if os.name == "nt" else f"`{make}`"
    return f"{first}, then {again}"


def _lacking():
    """What this Python lacks, in words; "" where it lacks nothing."""
    if sys.version_info < OLDEST:
        it_is, least = (".".join(map(str, version)) for version in (sys.version_info[:2], OLDEST))
        return f"{sys.executable} is Python {it_is}, and {least} or newer is needed"
    missing = [name for name in needed() if importlib.util.find_spec(IMPORTED_AS.get(name, name)) is None]
    if not missing:
        return ""
    more = f" and {len(missing) - 1} more of requirements.txt" if len(missing) > 1 else ""
    return f"{sys.executable} lacks {missing[0]}{more}"


def needed() -> list[str]:
    """The packages of requirements.txt that every system needs."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if "==" in line and "sys_platform" not in line]
    return sorted({line.partition("==")[0].strip().replace("-", "_") for line in lines})


def _given():
    """The script and its arguments, as they were given."""
    called = getattr(sys, "orig_argv", sys.argv)
    return called[called.index("-m") :] if sys.argv[0] == "-m" and "-m" in called else list(sys.argv)


def _short(path):
    """A path of the project, relative to the current folder where it lies in it."""
    return path.relative_to(os.getcwd()) if os.getcwd() in map(str, path.parents) else path
