"""Regular expressions of clients: tried on the names they are meant for, in a process that is killed in time.

python -m classifier.service.jobs.expression     reads {"expression": ..., "names": [...]}, writes {"error": ...} or {}

An expression such as ((a+)+)b takes years on a name that it does not match, and the training would never begin.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable

from classifier.core.errors import InputError
from Constants import ROOT

SECONDS = 5  # for all names together, the start of the process with them


def check(expression: str, names: Iterable[str] = (), seconds: float = SECONDS) -> None:
    """
    Args:
        expression: of which the first group, searched in each name, is the group.
        names: of files.
        seconds: that it may take.

    Raises:
        InputError: it is none, has no group, or takes too long.
    """
    question = json.dumps({"expression": expression, "names": list(names)})
    command = [sys.executable, "-m", "classifier.service.jobs.expression"]
    try:
        done = subprocess.run(command, cwd=ROOT, input=question, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise InputError(
            f"group_by {expression!r} takes more than {seconds:g} s on the names of this data; write it without a "
            "repetition inside a repetition"
        ) from None
    error = json.loads(done.stdout)["error"] if done.returncode == 0 else "it cannot be tried"
    if error:
        raise InputError(f"group_by {expression!r} {error}")


def main() -> None:
    """Answer one question."""
    question = json.load(sys.stdin)
    json.dump({"error": _error(question["expression"], question["names"])}, sys.stdout)


def _error(expression: str, names: list[str]) -> str | None:
    try:
        compiled = re.compile(expression)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        return f"is not a regular expression: {error}; correct it"
    if not compiled.groups:
        example = "for example '^([^_]+)_'"
        return f"has no pair of parentheses; put one around the part of a file name that is the group, {example}"
    for name in names:
        compiled.search(name)
    return None


if __name__ == "__main__":
    main()
