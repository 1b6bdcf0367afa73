"""One line of JSON per recording: its label, and its segments."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.inference.writers import Classified

NAME = "recordings.jsonl"


def write(classified: Iterable[Classified], labels: Sequence[str], path: Path) -> None:
    """Seconds and probabilities; `files` is where the files of a recording lie in the folders beside this one."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for recording in classified:
            line = {
                "recording": recording.name,
                "files": recording.file,
                "seconds": recording.seconds,
                "label": recording.label,
                "probability": recording.probability,
                "seconds_of": {label: round(seconds, 6) for label, seconds in recording.seconds_of.items()},
                "segments": [asdict(segment) for segment in recording.segments],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
