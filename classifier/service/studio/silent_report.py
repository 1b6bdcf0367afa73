"""A step of each training of Studio: takes the sounds out of the model's report.

python -m classifier.service.studio.silent_report MODEL

Everybody who reaches the server may read reports, and what a person deletes must not be heard in one.
"""

import re
import sys
from pathlib import Path

from classifier.core import atomic_files, console
from classifier.records import artifact

SOUND = re.compile(r"<audio\b[^>]*>\s*</audio>")


def main(model: Path) -> None:
    """Write the report again, without what can be listened to."""
    page = model / artifact.REPORT / artifact.PAGE
    silent = SOUND.sub("", page.read_text(encoding="utf-8"))
    with atomic_files.new_file(page) as fresh:
        fresh.write_text(silent, encoding="utf-8")


if __name__ == "__main__":
    console.run(lambda: main(Path(sys.argv[1])))
