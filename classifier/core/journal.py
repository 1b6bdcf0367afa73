"""What a long work has finished, a JSON line each, so that a killed one goes on where it was.

Memory holds where the lines lie, not what they say.
"""

import json
from pathlib import Path


class Journal:
    """A file of lines, each under a key. A line whose end is missing, as kill -9 may leave it, is taken off."""

    def __init__(self, path):
        self.file = Path(path).open("a+b")
        self.offsets = {}
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

    def __contains__(self, key):
        return bytes.fromhex(key) in self.offsets

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, key, what):
        """Keep a dict under a key, hexadecimal; it is safe from kill -9 when this returns."""
        line = json.dumps({"key": key, **what}, ensure_ascii=False).encode() + b"\n"
        self.offsets[bytes.fromhex(key)] = self.file.seek(0, 2)
        self.file.write(line)
        self.file.flush()

    def read(self, key):
        """What was kept."""
        self.file.seek(self.offsets[bytes.fromhex(key)])
        return json.loads(self.file.readline())


def _key(line):
    """The key of a line, None where it is none of ours."""
    try:
        return bytes.fromhex(json.loads(line)["key"])
    except (ValueError, KeyError, TypeError):
        return None
