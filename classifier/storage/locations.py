"""Parse paths and addresses; check untrusted names.

A path stays a Path; an address such as s3://bucket/folder stays text, because pathlib would make one slash of two.
"""

import os
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

Location = Path | str  # a path of this machine, or an address

LONGEST_NAME = 255  # bytes; the limit of file systems
DEEPEST = 32  # nested folders; a thousand would exhaust code that walks through them
UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"  # control characters, and bytes that were not UTF-8


def is_remote(location: Location) -> bool:
    """Whether a location is an address and not a path of this machine; file:///folder is a path."""
    return "://" in str(location) and not str(location).lower().startswith("file://")


def parse_location(text: Location) -> Location:
    """A Path for a path, the address without trailing slashes for an address."""
    if str(text).lower().startswith("file://"):
        return Path(unquote(urlsplit(str(text)).path))
    return re.sub("(?<=[^:/])/+$", "", str(text)) if is_remote(text) else Path(text)


def absolute(location: Location) -> Location:
    """The same location, independent of the current folder."""
    return location if is_remote(location) else Path(location).resolve()


def name_of(location: Location) -> str:
    """How files are named after a location: its last part, of a file without the ending. mel_0.1 and mel_0.2 differ."""
    if not is_remote(location) and os.path.isdir(location):
        return os.path.basename(os.path.abspath(location))
    return PurePosixPath(str(location)).stem


def refusal(name: str) -> str:
    """Why a name with slashes cannot become a path below a folder of ours; "" if it can.

    The reason continues a sentence that begins with the name, such as "is an absolute path".
    """
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
