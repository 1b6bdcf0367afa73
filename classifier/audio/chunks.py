"""Walk the chunks of wav, w64, aiff and caf files, whose sizes may be wrong.

A recorder that dies leaves a size of 0, or of one buffer. A 32-bit size starts anew at 4 GiB. Some programs write
several chunks of sound.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple

from classifier.audio.sample_formats import SampleFormat, of_aiff, of_caf, of_wav
from classifier.audio.slices import Span

OPEN_ENDED = 0x7FFF0000  # bytes; programs that cannot go back to the header write a size of 32 bits this large
WRAP = 1 << 32  # bytes; where a size of 32 bits starts anew
SLACK = 64  # bytes; a size that is off by less counts the header, or padding, as sound
PADDING = 1 << 16  # bytes; a recorder fills its last cluster with zeros
TAIL = 1 << 20  # bytes before the end in which the chunks behind a sound of unknown size are looked for
LARGEST_HEADER = 1 << 12  # bytes that are read of a chunk that is no sound
MOST_CHUNKS = 10_000
TRAILING = tuple(  # chunks that programs write behind the sound
    name.ljust(4).encode()
    for name in (
        "LIST id3 ID3 bext cue iXML _PMX smpl fact PEAK afsp acid inst JUNK junk FLLR PAD axml chna levl plst DISP MD5 "
        "umid cart aXML SAUR minf elm1 regn strc Cr8r ResU NAME AUTH (c) ANNO COMT MARK INST APPL CHAN free info mark "
        "strg peak uuid kuki pakt chan"
    ).split()
)
TRAILING_CHUNK = re.compile(b"|".join(re.escape(name) for name in TRAILING))
SOUNDS = (b"data", b"SSND")
TAGS = (b"TAG", b"ID3", b"APETAGEX")


class Dialect(NamedTuple):
    """How a format writes chunks.

    head: struct of a chunk's name and size.
    align: chunks begin at multiples of so many bytes.
    counts_head: the size includes the head.
    """

    head: struct.Struct
    align: int = 2
    counts_head: bool = False


class Chunk(NamedTuple):
    """name; at: first byte of the content; size: bytes of it; next: where the next chunk begins."""

    name: bytes
    at: int
    size: int
    next: int


@dataclass(frozen=True)
class Sound:
    """A stretch of sound in a file.

    container: of the file, as libsndfile names it.
    format: of its samples.
    spans: where it lies.
    declared: bytes that the header promises; more than the spans hold where the end is missing.
    rest: bytes behind the declared sound of which the header says nothing.
    is_plain: the header says all this, so that any decoder reads it right.
    """

    container: str
    format: SampleFormat
    spans: tuple[Span, ...]
    declared: int
    rest: Span | None = None
    is_plain: bool = True

    @property
    def is_ours(self) -> bool:
        """Whether a decoder can be told where the sound lies; others find it themselves, or not."""
        return bool(self.format.frame or self.format.wav) or len(self.spans) > 1

    @property
    def held(self) -> int:
        """Bytes that are there."""
        return sum(n for _, n in self.spans)


RIFF, RIFX = Dialect(struct.Struct("<4sI")), Dialect(struct.Struct(">4sI"))
CAF, W64 = Dialect(struct.Struct(">4sq"), align=1), Dialect(struct.Struct("<16sQ"), align=8, counts_head=True)


def begins_a_file(file: IO[bytes], at: int) -> bool:
    """Whether the header of a wav, w64, aiff, au or caf file lies here."""
    file.seek(at)
    head = file.read(28)
    return (
        (head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:12] == b"WAVE")
        or (head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"))
        or (head[:4] == b".snd" and 24 <= int.from_bytes(head[4:8], "big") <= LARGEST_HEADER)
        or head[:8] in (b"caff\0\1\0\0",)
        or (head[:4] == b"riff" and head[24:28] == b"wave")
    )


class Reader:
    """Reads the chunks of one file."""

    def __init__(self, file: IO[bytes], end: int, dialect: Dialect, container: str, is_aifc: bool = False) -> None:
        self.file, self.end, self.dialect, self.container = file, end, dialect, container
        self.is_rf64, self.is_aifc = container == "RF64", is_aifc
        self.format: SampleFormat | None = None
        self.large_size = None  # of an RF64's sound
        self.frames = None  # as a chunk beside the sound says
        self.spans: list[Span] = []
        self.declared = 0
        self.rest: Span | None = None
        self.is_plain = not self.is_rf64

    def read(self, at: int) -> tuple[Sound | None, int | None]:
        """The sound in the chunks from `at` on, None where there is none; and where another file begins behind it."""
        another = None
        for _ in range(MOST_CHUNKS):
            chunk = self.chunk(at)
            if chunk is None:
                break
            if self.spans and begins_a_file(self.file, at):
                another = at
                break
            at = self._sound(chunk) if chunk.name in SOUNDS else self._header(chunk)
            if at is None:
                break
        if not self.spans or self.format is None:
            return None, None
        if self.rest and begins_a_file(self.file, self.rest[0]):
            another, self.rest = self.rest[0], None
        is_plain = self.is_plain and len(self.spans) == 1 and another is None
        return Sound(self.container, self.format, tuple(self.spans), self.declared, self.rest, is_plain), another

    def chunk(self, at: int) -> Chunk | None:
        """The chunk at a place; None where there is none."""
        head = self.dialect.head
        if at + head.size > self.end:
            return None
        self.file.seek(at)
        name, size = head.unpack(self.file.read(head.size))
        name, at = name[:4], at + head.size
        if not all(32 <= letter < 127 for letter in name):
            return None
        size -= head.size if self.dialect.counts_head else 0
        return Chunk(name, at, size, at + size + -size % self.dialect.align)

    def _header(self, chunk):
        """Take what a chunk that is no sound says; returns where the next begins."""
        self.file.seek(chunk.at)
        content = self.file.read(max(0, min(chunk.size, LARGEST_HEADER)))
        byte_order = self.dialect.head.format[0]
        if chunk.name == b"fmt ":
            self.format = of_wav(content, byte_order)
        elif chunk.name == b"COMM":
            self.format, self.frames = of_aiff(content, self.is_aifc)
        elif chunk.name == b"desc":
            self.format = of_caf(content)
        elif chunk.name == b"ds64" and len(content) >= 24:
            self.large_size = struct.unpack_from("<Q", content, 8)[0]
        elif chunk.name == b"fact" and len(content) >= 4 and self.dialect is not W64:
            self.frames = struct.unpack_from(byte_order + "I", content)[0]
        return chunk.next if chunk.size >= 0 else None

    def _sound(self, chunk):
        """Take a chunk of sound; returns where the next chunk begins, None where none follows."""
        skipped = {b"SSND": 8, b"data": 4 if self.dialect is CAF else 0}[chunk.name]  # offset, block; count of edits
        first, size = chunk.at + skipped, chunk.size - skipped
        if self.is_rf64 and chunk.size == WRAP - 1:
            size = self.large_size or -1
            size = size if size < 1 << 63 else -1
        is_open = size < 0 or self.dialect in (RIFF, RIFX) and not self.is_rf64 and size >= OPEN_ENDED
        if size > 0 and not (is_open and first + size > self.end + SLACK):
            return self._sized(first, size)
        if size == 0 and self._are_chunks(first):
            self._add(first, 0, 0)
            return first
        stop = self._end_of_sound(first)
        self._add(first, stop - first, stop - first)
        self.is_plain = False
        return None

    def _sized(self, first, size):
        if (held := self.end - first) < size:
            self._add(first, held, held if size - held <= SLACK else size)
            return None
        for n in self._sizes(first, size):
            for after in dict.fromkeys((first + n + -n % self.dialect.align, first + n)):
                if self._are_chunks(after):
                    self.is_plain = self.is_plain and n == size
                    self._add(first, n, n)
                    return after
        self._add(first, size, size)
        after = first + size
        n = self._end_of_sound(after) - after
        if n > SLACK and not self._is_no_sound(after, n):
            self.rest = (after, n)
        return None

    def _sizes(self, first, size) -> Iterator[int]:
        """Sizes that the sound may have: as declared, of the number of frames, and with what did not fit 32 bits."""
        yield size
        if self.frames and self.format and self.format.frame:
            n = self.frames * self.format.frame
            if first + n <= self.end and n > size:
                yield n
        if self.dialect in (RIFF, RIFX):
            yield from range(size + WRAP, self.end - first + 1, WRAP)

    def _add(self, first, held, declared):
        self.spans.append((first, max(0, held)))
        self.declared += max(0, declared)

    def _are_chunks(self, at):
        """Whether chunks follow each other from here to the end of the file, or to another file."""
        for _ in range(MOST_CHUNKS):
            if at >= self.end:
                return True
            chunk = self.chunk(at)
            if chunk is None:
                return self.end - at < self.dialect.align and not any(self._bytes(at, self.end - at))
            if chunk.name in SOUNDS or begins_a_file(self.file, at):
                return True
            if chunk.size < 0 or chunk.at + chunk.size > self.end:
                return False
            at = chunk.next
        return False

    def _end_of_sound(self, first):
        """Where a sound of unknown size ends: at the chunks behind it, else at the end of the file."""
        start = max(first, self.end - TAIL)
        tail = self._bytes(start, self.end - start)
        for match in TRAILING_CHUNK.finditer(tail):
            if self._are_chunks(start + match.start()):
                return start + match.start()
        return self.end

    def _is_no_sound(self, at, n):
        """Whether the bytes behind a sound are padding, a tag, or a chunk that is damaged."""
        start = self._bytes(at, min(n, PADDING))
        if n <= PADDING and not any(start):
            return True
        return start.startswith((*TAGS, *TRAILING)) or start[1:].startswith(TRAILING)

    def _bytes(self, at, n):
        self.file.seek(at)
        return self.file.read(n)
