"""Commands that a person can paste into a shell: the same Python, the same folder.

Python 3.8 can run this file; see environment.py.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable

from Constants import ROOT


def line(words: Iterable[object]) -> str:
    """Words as one line that a shell takes apart into the same words."""
    words = [str(word) for word in words]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def script(name: str, *arguments: object, **flags: object) -> str:
    """The line that runs a script of the project from the current folder, with the Python that runs this one.

    Args:
        name: of the script, such as "TrainModel.py".
        arguments: that stand before the flags; None and "" are left out.
        flags: {name with underscores: value}; None and False leave a flag out, True is a flag without a value.
    """
    words = [python(), _path(name), *(word for word in arguments if word not in (None, ""))]
    for flag, value in flags.items():
        written = "--" + flag.replace("_", "-")
        if value is True:
            words.append(written)
        elif value is not None and value is not False:
            words += [f"{written}={value}"] if str(value).startswith("-") else [written, value]
    return line(words)


def again(**flags: object) -> str:
    """The line that runs this command again, with other values for some flags: those of `script`."""
    written = ["--" + flag.replace("_", "-") for flag in flags]
    words, skip = [], False
    for word in sys.argv[1:]:
        if word.partition("=")[0] in written:
            skip = "=" not in word and flags[word[2:].replace("-", "_")] is not True
        elif skip:
            skip = False
        else:
            words.append(word)
    return script(os.path.basename(sys.argv[0]), *words, **flags)


def unless(value: object, default: object) -> object:
    """A value for `script`, None where it is the flag's default."""
    return None if value == default else value


def python() -> str:
    """The Python as the person called it; else its path."""
    called = getattr(sys, "orig_argv", [""])[0]
    found = called and shutil.which(called)
    return called if found and os.path.realpath(found) == os.path.realpath(sys.executable) else sys.executable


def _path(name):
    """A script beside the one that runs, written as that one was; else its path."""
    beside = os.path.join(os.path.dirname(sys.argv[0]), name)
    if os.path.exists(beside) and os.path.samefile(beside, ROOT / name):
        return beside
    return name if os.getcwd() == str(ROOT) else ROOT / name
