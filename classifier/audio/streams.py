"""Find the streams of a compressed recording: several were glued together, or change half way.

Decoders read the first of them, and say nothing of the others.
"""

import functools
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from classifier.audio.slices import Span

OGG_BEGIN = re.compile(rb"OggS\0[\x02\x03\x06\x07]", re.DOTALL)
FLAC_BEGIN = re.compile(rb"fLaC[\0\x80]\0\0\x22", re.DOTALL)
OTHERS_BEGIN = (  # webm and matroska, wma, amr, tta, wavpack (the first block of sample 0)
    re.compile(rb"\x1aE\xdf\xa3.{1,60}?(?:webm|matroska)", re.DOTALL),
    re.compile(re.escape(bytes.fromhex("3026B2758E66CF11A6D900AA0062CE6C"))),
    re.compile(rb"#!AMR(?:-WB)?\n"),
    re.compile(rb"TTA1[\1\2]\0"),
    re.compile(rb"wvpk.{5}\x04.{6}\0{4}.{5}[\x08-\x0f\x18-\x1f\x28-\x2f\x38-\x3f\x48-\x4f\x58-\x5f]", re.DOTALL),
)
MP3_BEGIN = re.compile(rb"\xff[\xe2-\xff]", re.DOTALL)
TAG_V1 = 128  # bytes
LEAST_FRAMES = 3  # of an mp3 stream; fewer are damage
BIT_RATES = {  # kbit/s of mp3 frames, by (is MPEG-1, layer)
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def find(path: Path) -> list[Span]:
    """Where each stream of a file lies; none where its format is none that is looked into."""
    if not path.stat().st_size:
        return []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = _behind_tags(data, 0)
        if data[start : start + 4] == b"OggS":
            starts = _ogg(data)
        elif data[start : start + 4] == b"fLaC":
            starts = [match.start() for match in FLAC_BEGIN.finditer(data)]
        elif data[start + 4 : start + 8] == b"ftyp":
            starts = _mp4(data, start)
        elif begin := next((begin for begin in OTHERS_BEGIN if begin.match(data, start)), None):
            starts = [match.start() for match in begin.finditer(data)]
        else:
            starts = _mp3(data, start)
        ends = [*starts[1:], len(data)][: len(starts)]
        return [(start, _before_tags(data, start, end) - start) for start, end in zip(starts, ends, strict=True)]


def ends_with_whole_page(data: bytes) -> bool:
    """Whether the last page of an ogg stream, in its last bytes, is the stream's last, or is at least whole."""
    at = data.rfind(b"OggS")
    if at < 0 or len(data) < at + 27:
        return False
    return bool(data[at + 5] & 4) or _page_end(data, at) == len(data)


def tells_its_length(data: bytes) -> bool:
    """Whether an mp3, given by its first bytes, says how long it is; where not, decoders estimate it."""
    at = _behind_tags(data, 0)
    frame = _frame_at(data, at)
    return frame is not None and (_info(data, at, frame) or 0) > 0 or data[at + 36 : at + 40] == b"VBRI"


def _ogg(data) -> list[int]:
    """Where streams begin. Those that begin together, of sound and picture, are one."""
    starts, together = [], None
    for match in OGG_BEGIN.finditer(data):
        end = _page_end(data, match.start())
        if end < len(data) and data[end : end + 4] != b"OggS":
            continue  # no page, but the content of one
        if match.start() != together:
            starts.append(match.start())
        together = end
    return starts


def _mp4(data, at) -> list[int]:
    """Where files of mp4's boxes begin."""
    starts = []
    while at + 16 <= len(data):
        if data[at + 4 : at + 8] == b"ftyp":
            starts.append(at)
        size = int.from_bytes(data[at : at + 4], "big")
        size = int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size
        if size < 8:
            break
        at += size
    return starts


def _page_end(data, at):
    n = data[at + 26] if at + 26 < len(data) else 0
    return at + 27 + n + sum(data[at + 27 : at + 27 + n])


def _behind_tags(data, at):
    while size := _tag(data, at):
        at += size
    return at


def _tag(data, at) -> int:
    """Bytes of the tag that begins here; 0 where none does."""
    head = data[at : at + 32]
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 128:
        size = functools.reduce(lambda size, seven: size << 7 | seven, head[6:10], 0)
        return 10 + size + (10 if head[5] & 0x10 else 0)
    if head[:3] == b"TAG":
        return TAG_V1
    if head[:8] == b"APETAGEX" and len(head) == 32:
        is_header = bool(head[23] & 0x20)
        return 32 + (int.from_bytes(head[12:16], "little") if is_header else 0)
    return 0


def _before_tags(data, start, end):
    """Where a stream ends: before the tags between it and the next."""
    at = data.rfind(b"ID3", start, end)
    if at >= 0 and _behind_tags(data, at) == end:
        end = at
    if end - start > TAG_V1 and data[end - TAG_V1 : end - TAG_V1 + 3] == b"TAG":
        end -= TAG_V1
    return end


class Frame(NamedTuple):
    """An mp3 frame: bytes, where its Xing header would begin, and what stays the same in a stream."""

    size: int
    xing: int
    kind: tuple


@functools.cache
def _frame(header: int) -> Frame | None:
    """The frame with this header, without its private bits; None where it is none."""
    version, layer = header >> 19 & 3, 4 - (header >> 17 & 3)
    bits, rate = header >> 12 & 15, header >> 10 & 3
    if header >> 21 != 0x7FF or version == 1 or layer == 4 or not 0 < bits < 15 or rate == 3:
        return None
    is_first = version == 3
    rate = (44_100, 48_000, 32_000)[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits_per_second = BIT_RATES[is_first, layer][bits - 1] * 1000
    padded, is_mono = header >> 9 & 1, header >> 6 & 3 == 3
    if layer == 1:
        size = (12 * bits_per_second // rate + padded) * 4
    else:
        size = (144 if is_first or layer == 2 else 72) * bits_per_second // rate + padded
    side = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}[is_first, is_mono]
    return Frame(size, 4 + side, (version, layer, rate, is_mono))


def _frame_at(data, at):
    return _frame(int.from_bytes(data[at : at + 4], "big") & 0xFFFEFEC0) if at + 4 <= len(data) else None


def _mp3(data, start) -> list[int]:
    """Where streams begin: where a Xing header does, where its frames end, and where rate or channels change."""
    first = _frame_at(data, start)
    if first is None or (start + first.size < len(data) and _frame_at(data, start + first.size) is None):
        return []
    starts, kind, left = [], None, None
    for at, frame in _frames(data, start):
        info = _info(data, at, frame)
        is_over = left == 0 and len(data) - at > LEAST_FRAMES * frame.size
        if info is not None or (frame.kind != kind and _goes_on(data, at, frame)):
            starts.append(at)
            kind, left, behind_info = frame.kind, info, at + frame.size
        elif is_over and _begins_alone(data, at, frame):
            starts.append(at)
            left = None
        elif is_over:
            starts[-1], left = behind_info, None  # without its header, all of the stream is decoded
        elif left:
            left -= 1
    return starts


def _frames(data, at) -> Iterator[tuple[int, Frame]]:
    while at + 4 <= len(data):
        frame = _frame_at(data, at)
        if frame:
            yield at, frame
            at += frame.size
        elif size := _tag(data, at):
            at += size
        else:
            at = next((found for found in _candidates(data, at + 1) if _goes_on(data, found)), len(data))


def _candidates(data, at):
    return (match.start() for match in MP3_BEGIN.finditer(data, at))


def _goes_on(data, at, frame=None):
    """Whether more frames of a kind follow this one, so that it is no damage; near the end there may be fewer."""
    first = frame = frame or _frame_at(data, at)
    for _ in range(LEAST_FRAMES - 1):
        if frame is None or frame.kind != first.kind:
            return False
        at += frame.size
        if at + 4 > len(data):
            return True
        frame = _frame_at(data, at)
    return frame is not None and frame.kind == first.kind


def _info(data, at, frame):
    """The number of frames that a Xing or Info header gives, 0 for none; None where there is no such header."""
    place = at + frame.xing
    if data[place : place + 4] not in (b"Xing", b"Info"):
        return None
    has_frames = data[place + 7] & 1 if place + 12 <= len(data) else 0
    return (int.from_bytes(data[place + 8 : place + 12], "big") or -1) if has_frames else -1


def _begins_alone(data, at, frame):
    """Whether a frame of layer 3 needs none of the frames before it."""
    side = at + 4 + (0 if data[at + 1] & 1 else 2)
    bits = int.from_bytes(data[side : side + 2], "big")
    return frame.kind[1] != 3 or not (bits >> 7 if frame.kind[0] == 3 else bits >> 8)
