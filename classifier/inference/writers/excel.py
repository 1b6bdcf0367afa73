"""The table of csv for a double click in Excel: a byte order mark, and CRLF line ends; see --delimiter.

Excel takes a csv file without the mark for text of the system's old encoding, and ü for Ã¼. It splits columns where the
system's list separator is, which is a semicolon where numbers have decimal commas: `--delimiter ";"`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from classifier.inference.writers import Classified
from classifier.inference.writers.csv import write_table

NAME = "segments_excel.csv"
BY_SEGMENT = True


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path, delimiter: str = ",") -> None:
    """The rows and columns of csv."""
    write_table(classified, path, delimiter, encoding="utf-8-sig", line_end="\r\n")
