"""Find the sound in wav, w64, aiff, au and caf files, also in several behind each other."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import IO

from classifier.audio.chunks import (
    CAF,
    LARGEST_HEADER,
    MOST_CHUNKS,
    PADDING,
    RIFF,
    RIFX,
    SLACK,
    SOUNDS,
    TAIL,
    W64,
    WRAP,
    Reader,
    Sound,
    begins_a_file,
)
from classifier.audio.sample_formats import of_au


def find(path: Path) -> list[Sound]:
    """The sounds in a file, one unless files were put behind each other; none where it is of another format."""
    end = path.stat().st_size
    found: list[Sound] = []
    with path.open("rb") as file:
        at: int | None = 0
        while at is not None and len(found) < MOST_CHUNKS:
            sound, at = _one(file, at, end)
            if sound is None:
                break
            found.append(sound)
    return found


def check_sizes(file: IO[bytes]) -> None:
    """Make sure that no chunk of a wav, but its sound, promises much more than the file holds.

    FFmpeg believes such a size: of a damaged list of words it filled up to 2 GiB of memory.

    Raises:
        ValueError: one does.
    """
    end = file.seek(0, 2)
    file.seek(0)
    head = file.read(12)
    if head[:4] not in (b"RIFF", b"RIFX", b"RF64", b"BW64") or head[8:] != b"WAVE":
        return
    at, reader = 12, Reader(file, end, RIFX if head[:4] == b"RIFX" else RIFF, "WAV")
    for _ in range(MOST_CHUNKS):
        chunk = reader.chunk(at)
        if chunk is None or chunk.name in SOUNDS and chunk.next > end:
            return
        if chunk.at + chunk.size > end + TAIL:
            name = chunk.name.decode("ascii").strip()
            raise ValueError(f"its chunk {name} promises {chunk.size} bytes, and {end - chunk.at} follow")
        at = chunk.next


def _one(file, start, end) -> tuple[Sound | None, int | None]:
    """The sound of the file that begins at `start`, and where another file begins behind it."""
    file.seek(start)
    head = file.read(40)
    if head[:4] in (b".snd", b"dns."):
        return _au(file, start, end, ">" if head[:4] == b".snd" else "<", head)
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        container = "RF64" if head[:4] in (b"RF64", b"BW64") else "WAV"
        return Reader(file, end, RIFX if head[:4] == b"RIFX" else RIFF, container).read(start + 12)
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Reader(file, end, RIFX, "AIFF", head[8:12] == b"AIFC").read(start + 12)
    if head[:4] == b"caff":
        return Reader(file, end, CAF, "CAF").read(start + 8)
    if head[:4] == b"riff" and head[24:28] == b"wave":
        return Reader(file, end, W64, "W64").read(start + 40)
    return None, None


def _au(file, start, end, byte_order, head) -> tuple[Sound | None, int | None]:
    if len(head) < 24:
        return None, None
    offset, size, *described = struct.unpack_from(f"{byte_order}5I", head, 4)
    found = of_au(*described, byte_order)
    if found is None or not 24 <= offset <= LARGEST_HEADER or start + offset > end:
        return None, None
    first = start + offset
    behind = end - first - size
    if size in (0, WRAP - 1) or behind > 0 and behind % WRAP == 0:
        return Sound("AU", found, ((first, end - first),), end - first, is_plain=False), None
    if behind < 0:
        return Sound("AU", found, ((first, end - first),), end - first if -behind <= SLACK else size), None
    sound = Sound("AU", found, ((first, size),), size)
    if behind >= 28 and begins_a_file(file, first + size):
        return replace(sound, is_plain=False), first + size
    file.seek(first + size)
    is_padding = behind <= PADDING and not any(file.read(behind))
    return sound if behind <= SLACK or is_padding else replace(sound, rest=(first + size, behind)), None
