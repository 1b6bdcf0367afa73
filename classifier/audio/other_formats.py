"""Find a recording of another format inside a flac, ogg or mp3 file: several were glued into one.

A decoder stops there, or skips it, and says nothing.
"""

import mmap
import re
from pathlib import Path
from typing import NamedTuple


class Beginning(NamedTuple):
    """How files of a format begin: bytes to search for, where these lie in the beginning, and all of it."""

    format: str
    mark: bytes
    offset: int
    whole: re.Pattern[bytes]


BEGINNINGS = (
    Beginning("wav", b"WAVEfmt ", 8, re.compile(rb"(?:RIFF|RF64|RIFX).{4}WAVEfmt ", re.DOTALL)),
    Beginning("wav", b"WAVEJUNK", 8, re.compile(rb"(?:RIFF|RF64).{4}WAVEJUNK", re.DOTALL)),
    Beginning("aiff", b"AIFFCOMM", 8, re.compile(rb"FORM.{4}AIFFCOMM", re.DOTALL)),
    Beginning("aiff", b"AIFCFVER", 8, re.compile(rb"FORM.{4}AIFCFVER", re.DOTALL)),
    Beginning(  # flac inside ogg has such a beginning, too
        "flac", b"fLaC\0\0\0\x22", 0, re.compile(rb"(?<!\x7fFLAC.{4})fLaC\0\0\0\x22", re.DOTALL)
    ),
    Beginning(
        "ogg", b"OggS\0\2", 0, re.compile(rb"OggS\0\x02.{20}\x01.(?:\x01vorbis|OpusHead|\x7fFLAC|Speex  )", re.DOTALL)
    ),
    Beginning("m4a", b"ftyp", 4, re.compile(rb"\0\0\0[\x10-\x40]ftyp(?:M4A |isom|iso[2-9]|mp4[12]|qt  |3g..)")),
    Beginning("webm", b"\x1aE\xdf\xa3", 0, re.compile(rb"\x1aE\xdf\xa3.{1,60}?(?:webm|matroska)", re.DOTALL)),
)


def find(path: Path, start: int) -> tuple[str, int] | None:
    """The format of a recording behind one of flac, ogg or mp3 that begins at `start`, and where it begins.

    Returns:
        None where there is none, or the first has another format.
    """
    if not path.stat().st_size:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        head = data[start : start + 4]
        own = {b"fLaC": "flac", b"OggS": "ogg"}.get(head) or ("mp3" if head[:1] == b"\xff" else "")
        if not own:
            return None
        found = [
            (at, each.format)
            for each in BEGINNINGS
            if each.format != own and (at := _first(data, each, start)) is not None
        ]
        return min(found)[::-1] if found else None


def _first(data, beginning, start):
    at = start
    while (at := data.find(beginning.mark, at + 1)) >= 0:
        first = at - beginning.offset
        if first > start and beginning.whole.match(data, first):
            return first
    return None
