"""Recordings written by hand: headers of wav, rf64, aiff, au and caf that may declare any size."""

import struct
from collections.abc import Callable

OPEN = 0xFFFFFFFF  # a size of 32 bits that nobody knows


def chunk(name: bytes, content: bytes, size: int | None = None, order: str = "<") -> bytes:
    """A chunk of RIFF or, with order ">", of AIFF; size: what its head declares, where that is not the truth."""
    head = name + struct.pack(f"{order}I", len(content) if size is None else size)
    return head + content + bytes(len(content) % 2)


def wav_format(rate: int, channels: int, bits: int) -> bytes:
    """The fmt chunk of whole numbers."""
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", 1, channels, rate, rate * frame, frame, bits))


def riff(*chunks: bytes, name: bytes = b"RIFF") -> bytes:
    """A file of chunks."""
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body) if name == b"RIFF" else OPEN) + body


def wav(pcm: bytes, size: int | None, rate: int, channels: int, bits: int, behind: bytes = b"") -> bytes:
    """Little-endian samples as wav; size: bytes that the header declares, -1 for unknown, None for the truth."""
    return riff(wav_format(rate, channels, bits), chunk(b"data", pcm, OPEN if size == -1 else size), behind)


def rf64(pcm: bytes, size: int | None, rate: int, channels: int, bits: int, behind: bytes = b"") -> bytes:
    """The same as rf64, whose size has 64 bits."""
    declared = len(pcm) if size is None else size % (1 << 64)
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, declared, 0, 0))
    return riff(ds64, wav_format(rate, channels, bits), chunk(b"data", pcm, OPEN), behind, name=b"RF64")


def aiff(pcm: bytes, size: int | None, rate: int, channels: int, bits: int, behind: bytes = b"") -> bytes:
    """The same as aiff, big-endian; the frames of its COMM chunk fit the size."""
    declared = len(pcm) if size is None else size
    frames = OPEN if declared < 0 else declared * 8 // bits // channels
    exponent = rate.bit_length() - 1
    extended = struct.pack(">HQ", 16383 + exponent, rate << (63 - exponent))
    body = b"AIFF" + chunk(b"COMM", struct.pack(">HIH", channels, frames, bits) + extended, order=">")
    held = OPEN if declared < 0 else declared + 8 if declared else 0
    body += chunk(b"SSND", bytes(8) + swapped(pcm, bits), held, ">") + behind
    return b"FORM" + struct.pack(">I", len(body)) + body


def au(pcm: bytes, size: int | None, rate: int, channels: int, bits: int, behind: bytes = b"") -> bytes:
    """The same as au, big-endian."""
    declared = len(pcm) if size is None else OPEN if size < 0 else size
    encoding = {8: 2, 16: 3, 24: 4, 32: 5}[bits]
    return b".snd" + struct.pack(">5I", 24, declared, encoding, rate, channels) + swapped(pcm, bits) + behind


def caf(pcm: bytes, size: int | None, rate: int, channels: int, bits: int, behind: bytes = b"") -> bytes:
    """The same as caf, little-endian."""
    frame = channels * bits // 8
    description = struct.pack(">d4s5I", rate, b"lpcm", 2, frame, 1, channels, bits)
    declared = len(pcm) + 4 if size is None else size + 4 if size > 0 else size
    head = b"caff\0\1\0\0" + b"desc" + struct.pack(">q", len(description)) + description
    return head + b"data" + struct.pack(">q", declared) + bytes(4) + pcm + behind


def swapped(pcm: bytes, bits: int) -> bytes:
    """Samples with their bytes in the other order."""
    n = bits // 8
    return b"".join(pcm[i : i + n][::-1] for i in range(0, len(pcm), n))


CONTAINERS: dict[str, Callable[..., bytes]] = {"wav": wav, "rf64": rf64, "aiff": aiff, "au": au, "caf": caf}
