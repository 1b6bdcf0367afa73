"""Embeddings of recordings on disk: computed once, memory-mapped.

A file of rows, one per window, grows at its end; a journal says which rows are whose. What a killed run has begun lies
behind the last row that the journal knows, and is cut off. Rows of recordings that have changed or are gone stay until
they are half of the file; then the others are copied to a new one.
"""

import bisect
import contextlib
import mmap
import shutil
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from classifier.core import atomic_files, disk
from classifier.core.errors import InputError
from classifier.core.journal import Journal
from classifier.inference.similarity.embedder import STORED

ROWS = f"embeddings.{STORED}"
JOURNAL = "journal.jsonl"
INDEX = "index"  # folder of the indexes of the rows
KEPT = "the embeddings that were computed before are kept"
VALUE_BYTES = np.dtype(STORED).itemsize
COPIED = 1 << 22  # bytes at a time
WASTE = 0.5  # share of the rows that may belong to changed or deleted recordings
FEW = 1 << 14  # rows; a smaller file is never copied


class Held(NamedTuple):
    """The rows of a recording: the first, how many, and the samples it has at the network's rate."""

    first: int
    n: int
    samples: int


class Rows:
    """Memory-mapped embeddings, and which of their rows are searched.

    Attributes:
        width: values of a row.
        firsts, lasts: (recordings,) ranges of rows, ascending; the end of a range is not in it.
        folder: where indexes of the rows are kept.
    """

    def __init__(self, mapped: mmap.mmap, width: int, ranges: Iterable[tuple[int, int]], folder: Path) -> None:
        self._mapped, self.width, self.folder = mapped, width, folder
        joined: list[list[int]] = []
        for first, last in sorted(ranges):
            if joined and joined[-1][1] == first:
                joined[-1][1] = last
            else:
                joined.append([first, last])
        bounds = np.array(joined, "int64").reshape(-1, 2)
        self.firsts, self.lasts = bounds[:, 0], bounds[:, 1]

    def __len__(self) -> int:
        return int((self.lasts - self.firsts).sum())

    @property
    def end(self) -> int:
        """Rows of the file, searched or not."""
        return len(self._mapped) // (self.width * VALUE_BYTES)

    def of(self, first: int, last: int) -> np.ndarray:
        """(rows, width) of type STORED from first to last, which is not in it; a view."""
        n, begin = (last - first) * self.width, first * self.width * VALUE_BYTES
        values = np.frombuffer(self._mapped, STORED, n, begin)
        return values.reshape(-1, self.width)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """(n, width) float32 of the rows of these numbers, (n,)."""
        return self.of(0, self.end)[rows].astype("float32")

    def within(self, first: int, last: int) -> list[tuple[int, int]]:
        """The ranges of rows that are searched, as far as they lie between two rows."""
        both = zip(np.maximum(self.firsts, first).tolist(), np.minimum(self.lasts, last).tolist(), strict=True)
        return [(start, end) for start, end in both if start < end]

    def forget(self) -> None:
        """Release the memory of pages that were read; they are read from the file again when they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._mapped.madvise(mmap.MADV_DONTNEED)


class Store:
    """The embeddings of one folder by one network; `opened` makes one."""

    def __init__(self, folder: Path, width: int) -> None:
        self.width, self.folder = width, _newest(folder)
        self._open()

    def _open(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.journal, self._file = Journal(self.folder / JOURNAL), (self.folder / ROWS).open("a+b")
        keys = [key.hex() for key in self.journal.offsets]
        self._held = {key: Held(*(self.journal.read(key)[name] for name in Held._fields)) for key in keys}
        self.end = max((held.first + held.n for held in self._held.values()), default=0)
        if self._file.seek(0, 2) < self.end * self.row_bytes:  # rows are gone: begin again
            self.close()
            shutil.rmtree(self.folder)
            self._open()
        self._file.truncate(self.end * self.row_bytes)

    @property
    def row_bytes(self) -> int:
        """Bytes of an embedding."""
        return self.width * VALUE_BYTES

    def __contains__(self, key: str) -> bool:
        return key in self._held

    def __getitem__(self, key: str) -> Held:
        return self._held[key]

    def append(self, key: str, name: str, part: Path, samples: int) -> None:
        """Take the rows that a file holds; they survive kill -9 when this returns.

        Args:
            key: of the recording, hexadecimal digits.
            name: of the recording, for who reads the journal.
            part: the file; it is deleted.
            samples: of the recording.
        """
        with part.open("rb") as rows:
            while copied := rows.read(COPIED):
                disk.append(self._file, copied, KEPT)
        end = self._file.seek(0, 2) // self.row_bytes
        held = Held(self.end, end - self.end, samples)
        self.journal.write(key, {"recording": name, **held._asdict()})
        self._held[key], self.end = held, end
        part.unlink()

    def keep(self, keys: Iterable[str]) -> None:
        """Copy the rows of these recordings to a new file, where the others are more than WASTE of the file."""
        kept = [key for key in keys if key in self._held]
        used = sum(self._held[key].n for key in kept)
        if self.end < FEW or used >= (1 - WASTE) * self.end:
            return
        fresh_folder = self.folder.with_name(str(int(self.folder.name) + 1))
        with atomic_files.new_folder(fresh_folder) as fresh, self._whole() as mapped:
            with Journal(fresh / JOURNAL) as journal, (fresh / ROWS).open("wb") as file:
                first = 0
                for key in kept:
                    held = self._held[key]
                    file.write(mapped[held.first * self.row_bytes : (held.first + held.n) * self.row_bytes])
                    journal.write(key, {**self.journal.read(key), "first": first})
                    first += held.n
        self.close()
        shutil.rmtree(self.folder)
        self.folder = fresh_folder
        self._open()

    @contextlib.contextmanager
    def rows(self, keys: Iterable[str]) -> Generator[Rows]:
        """The embeddings of these recordings.

        Raises:
            InputError: there are none.
        """
        ranges = [(held.first, held.first + held.n) for held in (self._held[key] for key in keys)]
        if not ranges:
            raise InputError("there is nothing to search")
        with self._whole() as mapped:
            yield Rows(mapped, self.width, ranges, self.folder / INDEX)

    @contextlib.contextmanager
    def _whole(self) -> Generator[mmap.mmap]:
        mapped = mmap.mmap(self._file.fileno(), self.end * self.row_bytes, access=mmap.ACCESS_READ)
        try:
            yield mapped
        finally:
            with contextlib.suppress(BufferError):  # a view is still held; it closes with that
                mapped.close()

    def close(self) -> None:
        """Close its files."""
        self.journal.__exit__()
        self._file.close()


class Owners:
    """Which recording a row is of, and which of its windows."""

    def __init__(self, held: list[Held]) -> None:
        self._order = sorted(range(len(held)), key=lambda i: held[i].first)
        self._firsts = [held[i].first for i in self._order]

    def of(self, row: int) -> tuple[int, int]:
        """(index into the list of Held, number of the window) of a row."""
        place = bisect.bisect_right(self._firsts, row) - 1
        return self._order[place], row - self._firsts[place]


@contextlib.contextmanager
def opened(folder: Path, width: int) -> Generator[Store]:
    """The store in a folder, which no other process writes meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_files.alone_in(folder):
        store = Store(folder, width)
        try:
            yield store
        finally:
            store.close()


def _newest(folder: Path) -> Path:
    """The numbered folder to use; a killed copy may have left the one before it."""
    numbered = sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    for old in [*numbered[:-1], *(path for path in folder.glob(".*-*") if path.is_dir())]:
        shutil.rmtree(old)
    return numbered[-1] if numbered else folder / "0"
