"""Find flac streams whose header declares fewer samples than they hold: decoders stop there.

Source: RFC 9639. The last frame says which samples it holds.
"""

from typing import NamedTuple

MARK = b"fLaC"  # with which a stream begins
STREAMINFO = 42  # bytes of the mark and of the first block with its head
TOTAL = slice(18, 26)  # the bytes whose last 36 bits are the number of samples
BITS = 36
LONGEST_FRAME = 1 << 18  # bytes before the end in which the last frame is looked for
SYNC = (b"\xff\xf8", b"\xff\xf9")  # of frames: their number counts frames, or samples
BLOCKS = {1: 192, **{code: 576 << (code - 2) for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}


class _Frame(NamedTuple):
    """A frame's first sample, and how many it holds."""

    first: int
    n: int


def corrected_begin(begin: bytes, end: bytes) -> bytes | None:
    """The first bytes of a stream, up to STREAMINFO, with the number of samples that it holds.

    Args:
        begin: the stream's first bytes, at least STREAMINFO of them.
        end: its last bytes, which hold the last frame.

    Returns:
        None where it declares them rightly, more than there are, or none at all; or where its last frame is not found.
    """
    if len(begin) < STREAMINFO or begin[:4] != MARK or begin[4] & 0x7F:
        return None
    declared = int.from_bytes(begin[TOTAL], "big") % (1 << BITS)
    block = int.from_bytes(begin[8:10], "big")
    held = _held(end, block, declared) if declared else declared
    if held <= declared:
        return None
    total = int.from_bytes(begin[TOTAL], "big") - declared + held
    return begin[: TOTAL.start] + total.to_bytes(8, "big") + begin[TOTAL.stop : STREAMINFO]


def _held(end: bytes, block: int, declared: int) -> int:
    """How many samples a stream holds, by the frame that reaches exactly to its end; 0 where that is not found."""
    at = len(end)
    while (at := max(end.rfind(mark, 0, at) for mark in SYNC)) >= 0:
        frame = _frame(end, at, block)
        held = frame.first + frame.n if frame else 0
        if held and (held == declared or not _crc(end[at:], 0x8005, 16)):
            return held
    return 0


def _frame(data: bytes, at: int, block: int) -> _Frame | None:
    """The frame whose header lies here; None where none does, by its check sum."""
    head = data[at : at + 16]
    if len(head) < 6 or head[2] >> 4 == 0 or head[2] & 15 == 15 or head[3] & 1:
        return None
    ones = 8 - (head[4] ^ 0xFF).bit_length()  # a number as in UTF-8
    if ones == 1 or ones > 7:
        return None
    number, size = head[4] & (0x7F >> ones), 5 + max(0, ones - 1)
    for byte in head[5:size]:
        number = number << 6 | byte & 0x3F
    code, rate = head[2] >> 4, head[2] & 15
    n, more = BLOCKS.get(code, 0), {6: 1, 7: 2}.get(code, 0)
    n = int.from_bytes(head[size : size + more], "big") + 1 if more else n
    size += more + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if len(head) <= size or _crc(head[: size + 1], 0x07, 8):
        return None
    return _Frame(number if head[1] & 1 else number * block, n)


def _crc(data: bytes, polynomial: int, bits: int) -> int:
    """The remainder of a check sum; 0 where the data ends with its own."""
    remainder, mask, top = 0, (1 << bits) - 1, 1 << (bits - 1)
    for byte in data:
        remainder ^= byte << (bits - 8)
        for _ in range(8):
            remainder = (remainder << 1 ^ (polynomial if remainder & top else 0)) & mask
    return remainder
