"""The decision rule as a small JSON file, and as it travels inside a .tflite."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.core import typed_json
from classifier.core.errors import InputError
from classifier.records import tflite_metadata
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.thresholds import in_order

FILE = "decision_rule.json"
VERSION = 1  # of what the file means; a later one that older readers would take for another rule has another number
DESCRIPTION = "When a label is reported: thresholds, smoothing, N of M, hysteresis, least duration. JSON."


def as_bytes(rule: DecisionRule) -> bytes:
    """The file."""
    return (json.dumps({"version": VERSION, **asdict(rule)}, indent=2, ensure_ascii=False) + "\n").encode()


def parse(held: bytes) -> DecisionRule:
    """What `as_bytes` made.

    Raises:
        ValueError: it is damaged, or of another version; the message says which.
    """
    values = json.loads(held)
    version = values.pop("version", None) if isinstance(values, dict) else None
    if version != VERSION:
        raise InputError(f"it is of version {version}, and this program reads version {VERSION}")
    return typed_json.parse(DecisionRule, values)


def read(path: Path | str, labels: Sequence[str]) -> tuple[DecisionRule | None, list[str]]:
    """The rule in a .tflite, None where there is none that can be used; and notes on why not.

    Args:
        labels: of the model.
    """
    held = tflite_metadata.packed_file(path, FILE)
    if not held:
        return None, []
    try:
        rule = parse(held)
        in_order(rule.thresholds, labels)
    except ValueError as error:
        return None, [f"its {FILE} cannot be used ({error}): no label has a threshold; write the file again"]
    return rule, []
