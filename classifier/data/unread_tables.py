"""Refuse to take folders for labels beside a spreadsheet or JSON file that may know better, and that is not read."""

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from classifier.core.errors import InputError
from classifier.data.table_columns import LABELS
from classifier.storage import local_files

TEXT = (".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".xml")
SPREADSHEETS = (".xlsx", ".xlsm", ".ods")  # zip archives of XML
MOST = 20_000_000  # bytes that are looked at
NAMED = rf"(?:{'|'.join(LABELS)})"
WORD = re.compile(  # in JSON or a cell, an element of XML, an attribute, a line of YAML
    rf"[\"'>]{NAMED}[\"'<]|<{NAMED}[>\s]|\s{NAMED}=[\"']|^\s*-?\s*{NAMED}:", re.IGNORECASE | re.MULTILINE
)


def check(folder: Path, files: Iterable[Path]) -> None:
    """Look into the files that are no tables of text.

    Args:
        files: in the folder.

    Raises:
        InputError: one names at least half of the recordings, and speaks of labels.
    """
    suspects = [path for path in files if path.suffix.lower() in (*TEXT, *SPREADSHEETS) and path.is_file()]
    for path in suspects:
        text = _text(path)
        names = {found.name for found in local_files.find_recordings(folder)} if WORD.search(text) else set()
        if names and 2 * sum(name in text for name in names) >= len(names):
            raise InputError(
                f"{path} names the recordings here and speaks of labels, and is no table that can be read: save it as "
                "csv with the columns path and label; or, if it has nothing to do with labels, move it away or give "
                "--layout class_folders"
            )


def _text(path):
    if path.stat().st_size > MOST:
        return ""
    if path.suffix.lower() in TEXT:
        return path.read_text(encoding="utf-8", errors="replace")
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".xml") and info.file_size < MOST]
            return "\n".join(archive.read(info).decode("utf-8", "replace") for info in members)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return ""
