"""A file made of parts of another file.

Decoders read it like any file, so a recording in several parts is never copied.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path

BUFFER = 1 << 16  # bytes

Span = tuple[int, int]  # first byte, number of bytes


def open_slices(path: Path, spans: Sequence[Span], head: bytes = b"") -> io.BufferedReader:
    """Open some bytes, then parts of a file, one after the other, for reading.

    Args:
        spans: the parts.
        head: bytes that come before them.
    """
    return io.BufferedReader(_Slices(path, spans, head), BUFFER)


class _Slices(io.RawIOBase):
    def __init__(self, path: Path, spans: Sequence[Span], head: bytes = b"") -> None:
        super().__init__()
        self._file = open(path, "rb")
        self._head = head
        self._spans = spans
        self._length = len(head) + sum(n for _, n in spans)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer) -> int:
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view):
            n = self._read_some(view[done:])
            if not n:
                break
            done += n
            self._position += n
        return done

    def _read_some(self, view):
        """Fill the view from the part that holds the position; returns the number of bytes, 0 at the end."""
        inside = self._position
        if inside < len(self._head):
            piece = self._head[inside : inside + len(view)]
            view[: len(piece)] = piece
            return len(piece)
        inside -= len(self._head)
        for first, n in self._spans:
            if inside < n:
                self._file.seek(first + inside)
                return self._file.readinto(view[: n - inside])
            inside -= n
        return 0

    def close(self) -> None:
        self._file.close()
        super().close()
