"""A journal of finished work, to resume killed runs.

One JSON line per finished item; memory holds only their positions in the file.
"""

import json
from pathlib import Path
from typing import Any

from classifier.core import disk


class Journal:
    """A file of lines, each under a key. A last line without its end, as kill -9 may leave it, is removed."""

    def __init__(self, path: Path | str) -> None:
        self.file = Path(path).open("a+b")
        self.offsets: dict[bytes, int] = {}
        self.file.seek(0)
        end = 0
        for line in self.file:
            if not line.endswith(b"\n"):
                break
            key = _key(line)
            if key:
                self.offsets[key] = end
            end += len(line)
        self.file.truncate(end)

    def __contains__(self, key: str) -> bool:
        return bytes.fromhex(key) in self.offsets

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, key: str, item: dict[str, Any]) -> None:
        """Add an item under a key of hexadecimal digits; it survives kill -9 when this returns.

        Raises:
            DiskFullError: the disk is full; the journal is as it was before.
        """
        line = json.dumps({"key": key, **item}, ensure_ascii=False).encode() + b"\n"
        end = self.file.seek(0, 2)
        disk.append(self.file, line, "what it holds is kept")
        self.offsets[bytes.fromhex(key)] = end

    def read(self, key: str) -> dict[str, Any]:
        """The item under a key, with the key.

        Raises:
            KeyError: there is none.
        """
        self.file.seek(self.offsets[bytes.fromhex(key)])
        return json.loads(self.file.readline())


def _key(line):
    """The key of a line; None where the line is not one of a journal."""
    try:
        return bytes.fromhex(json.loads(line)["key"])
    except (ValueError, KeyError, TypeError):
        return None
