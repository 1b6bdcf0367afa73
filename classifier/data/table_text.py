"""Read the text of a table: any Unicode encoding, any common delimiter, comments before the names of its columns."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.core.errors import InputError

DELIMITERS = (",", ";", "\t", "|")
MARKS = {  # byte order marks; the longer first
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
EXCEL = re.compile(r'"?sep=(.)"?')  # a first line that tells Excel the delimiter


@dataclass(frozen=True)
class TableText:
    """A table that is not yet understood.

    source: its file.
    header: the line with the names of the columns, as it stands.
    line: number of that line; 0 where there is none.
    columns: the names.
    body: the text below.
    """

    source: Path
    header: str
    line: int
    delimiter: str
    columns: tuple[str, ...]
    body: str

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line number, {column: text}) of each line that is neither empty nor a comment.

        Raises:
            InputError: a line is too short or too long, or its quotation marks are damaged.
        """
        reader = csv.reader(
            io.StringIO(self.body, newline=""), delimiter=self.delimiter, strict=True, skipinitialspace=True
        )
        n = len(self.columns)
        try:
            for cells in reader:
                cells = [cell.strip() for cell in cells]
                while len(cells) > n and not cells[-1]:
                    cells.pop()
                if not any(cells) or cells[0].startswith("#") and len(cells) != n:
                    continue
                line = self.line + reader.line_num
                if len(cells) != n:
                    as_line = f"as line {self.line} has" if self.line else f"as its first line {self.header!r} has"
                    raise InputError(f"{self.source}, line {line}: it does not have {n} values, {as_line}")
                yield line, dict(zip(self.columns, cells, strict=True))
        except csv.Error as error:
            line = self.line + reader.line_num
            raise InputError(f"{self.source}, line {line}: {error}; save it again as csv") from None


def read(path: Path, is_header: Callable[[Sequence[str]], bool], most: int | None = None) -> TableText:
    """The text of a table.

    Args:
        is_header: whether these are names of columns; of several delimiters the first with such names is taken.
        most: bytes to read, to see what it is; what cannot be decoded is then no error.

    Raises:
        InputError: there is no such file, it is empty, or no Unicode text; file and line are named.
    """
    return parsed(path, decoded(path, most), is_header)


def parsed(path: Path, text: str, is_header: Callable[[Sequence[str]], bool]) -> TableText:
    """The table that a text is; path: where it is from.

    Raises:
        InputError: it is empty.
    """
    delimiters, start = (*DELIMITERS, " "), 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        start += len(line)
        line = line.strip("\r\n")
        if given := EXCEL.fullmatch(line.strip()):
            delimiters = (given[1],)
        elif line.strip():
            commented = line.lstrip().startswith("#")
            found = [(names(line.lstrip("# ") if commented else line, each), each) for each in delimiters]
            known = [(cells, each) for cells, each in found if is_header(cells) and (each != " " or len(cells) == 2)]
            if known or not commented:
                cells, delimiter = known[0] if known else max(found[:-1] or found, key=lambda each: len(each[0]))
                return TableText(path, line, number, delimiter, cells, text[start:])
    raise InputError(f"{path} is empty; it needs a first line with the names of its columns")


def names(line: str, delimiter: str) -> tuple[str, ...]:
    """The cells of a line."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return (line,)
    return tuple(cell.strip() for cell in cells)


def decoded(path: Path, most: int | None = None) -> str:
    """The text of a file, in any Unicode encoding, with and without a byte order mark.

    Raises:
        InputError: there is no such file, or it is no Unicode text; file and line are named.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(-1 if most is None else most)
    except FileNotFoundError:
        raise InputError(f"{path} is not there; is the data in another layout (--layout)?") from None
    encoding = next((name for mark, name in MARKS.items() if raw.startswith(mark)), _unmarked(raw))
    try:
        return raw.decode(encoding, "strict" if most is None else "replace")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: this is not UTF-8 text; save the file again as UTF-8") from None


def _unmarked(raw):
    """The encoding of text without a byte order mark: most letters of UTF-16 have one byte that is 0."""
    even, odd = raw[:200:2].count(0), raw[1:200:2].count(0)
    if max(even, odd) > min(len(raw), 200) / 5:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"
