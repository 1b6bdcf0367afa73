"""Names of files: whether they lie on this machine, and whether those that others gave may become paths here."""

import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

LONGEST_NAME = 255  # bytes; what file systems take
DEEPEST = 32  # folders in each other; a thousand would exhaust what walks through them
UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"  # control characters, and what was no UTF-8


def is_remote(text):
    """Whether a text is an address and not a path of this machine; file:///folder is one of this machine."""
    return "://" in str(text) and not str(text).lower().startswith("file://")


def place(text):
    """A Path, or the address as it is: pathlib would make one slash of two."""
    if str(text).lower().startswith("file://"):
        return Path(unquote(urlsplit(str(text)).path))
    return re.sub("(?<=[^:/])/+$", "", str(text)) if is_remote(text) else Path(text)


def absolute(place):
    """The same from whatever folder it is looked at."""
    return place if is_remote(place) else Path(place).resolve()


def refusal(name):
    """Why a name with slashes cannot become a path below a folder of ours, as what follows the name; "" if it can."""
    parts = PurePosixPath(name).parts  # without '.' and '//'
    refusals = {
        "has control characters in its name": bool(re.search(UNPRINTABLE, name)),
        "has a backslash in its name": "\\" in name,
        "is an absolute path": name.startswith("/"),
        "names a drive": any(re.match("[A-Za-z]:", part) for part in parts),
        "leads out of its folder": ".." in parts,
        "lies too deep": len(parts) > DEEPEST,
        "has too long a name": any(len(part.encode(errors="replace")) > LONGEST_NAME for part in parts),
    }
    return next((why for why, is_so in refusals.items() if is_so), "")
