"""How samples are written, as headers of wav, aiff, au and caf files say it."""

import struct
from dataclasses import dataclass

PCM, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE  # of wav
MPEG = (0x50, 0x55)  # of wav: mp2, mp3
INTEGERS = {2: "PCM_16", 3: "PCM_24", 4: "PCM_32"}  # by bytes
FLOATS = {4: "FLOAT", 8: "DOUBLE"}
BYTES = {"PCM_S8": 1, "PCM_U8": 1, "ULAW": 1, "ALAW": 1} | {
    name: n for of in (INTEGERS, FLOATS) for n, name in of.items()
}
AU = {1: "ULAW", 2: "PCM_S8", 3: "PCM_16", 4: "PCM_24", 5: "PCM_32", 6: "FLOAT", 7: "DOUBLE", 27: "ALAW"}
AIFC = {b"fl32": "FLOAT", b"FL32": "FLOAT", b"fl64": "DOUBLE", b"FL64": "DOUBLE", b"raw ": "PCM_U8"}
AIFC |= {name: law.upper() for law in ("ulaw", "alaw") for name in (law.encode(), law.upper().encode())}
AIFC_INTEGERS = (b"NONE", b"twos", b"sowt", b"in24", b"in32")


@dataclass(frozen=True)
class SampleFormat:
    """rate: Hz. subtype: libsndfile's name; None where samples are not of one size each.

    byte_order: "<" or ">". wav: the content of a fmt chunk, for decoders of what is not of one size.
    """

    rate: int
    channels: int
    subtype: str | None
    byte_order: str = "<"
    wav: bytes = b""

    @property
    def frame(self) -> int:
        """Bytes of one sample of all channels; 0 where they are not of one size."""
        return BYTES[self.subtype] * self.channels if self.subtype else 0

    @property
    def is_mpeg(self) -> bool:
        """Whether a wav holds mp2 or mp3."""
        return struct.unpack_from("<H", self.wav)[0] in MPEG if self.wav else False


def of_wav(fmt: bytes, byte_order: str) -> SampleFormat | None:
    """The format that a fmt chunk describes; None where it is too short."""
    if len(fmt) < 16:
        return None
    tag, channels, rate, _, frame, bits = struct.unpack_from(f"{byte_order}HHIIHH", fmt)
    each, odd = divmod(frame or channels * -(-bits // 8), channels) if channels else (0, 1)
    fills = (each - 1) * 8 < bits <= each * 8
    if tag == EXTENSIBLE and len(fmt) >= 26:
        tag = struct.unpack_from(f"{byte_order}H", fmt, 24)[0]
        fills = bits <= each * 8  # 24 bits may lie in 32
    subtype = None
    if not odd and fills:
        if tag == PCM:
            subtype = "PCM_U8" if each == 1 else INTEGERS.get(each)
        elif tag == FLOAT:
            subtype = FLOATS.get(each)
        elif tag in (ALAW, ULAW) and each == 1:
            subtype = "ALAW" if tag == ALAW else "ULAW"
    return SampleFormat(rate, channels, subtype, byte_order, fmt if byte_order == "<" else b"")


def of_aiff(comm: bytes, is_aifc: bool) -> tuple[SampleFormat | None, int | None]:
    """The format that a COMM chunk describes, and the number of frames; None and None where it is too short."""
    if len(comm) < (22 if is_aifc else 18):
        return None, None
    channels, frames, bits, exponent, mantissa = struct.unpack_from(">HIHHQ", comm)
    shift = 16383 + 63 - (exponent & 0x7FFF)
    rate = mantissa >> shift if 0 <= shift < 64 else 0
    kind = comm[18:22] if is_aifc else b"NONE"
    each = (bits + 7) // 8
    subtype = AIFC.get(kind)
    if kind in AIFC_INTEGERS:
        subtype = "PCM_S8" if each == 1 else INTEGERS.get(each)
    return SampleFormat(rate, channels, subtype, "<" if kind == b"sowt" else ">"), frames


def of_au(encoding: int, rate: int, channels: int, byte_order: str) -> SampleFormat:
    """The format that the header of an au file describes."""
    return SampleFormat(rate, channels, AU.get(encoding), byte_order)


def of_caf(desc: bytes) -> SampleFormat | None:
    """The format that a desc chunk describes; None where it is too short."""
    if len(desc) < 32:
        return None
    rate, kind, flags, packet, _, channels, bits = struct.unpack_from(">d4s5I", desc)
    each, odd = divmod(packet, channels) if channels else (0, 1)
    subtype = {b"ulaw": "ULAW", b"alaw": "ALAW"}.get(kind)
    if kind == b"lpcm":
        whole = not odd and bits == each * 8
        subtype = (FLOATS.get(each) if flags & 1 else "PCM_S8" if each == 1 else INTEGERS.get(each)) if whole else None
    rate = round(rate) if 0 < rate < 1 << 31 else 0
    return SampleFormat(rate, channels, subtype, "<" if flags & 2 else ">")
