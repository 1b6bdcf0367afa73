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
MULTI_LABEL = "multi_label"  # in the file of a model that may report several labels at once
DESCRIPTION = "When a label is reported: thresholds, smoothing, N of M, hysteresis, least duration. JSON."


def as_bytes(rule: DecisionRule, multi_label: bool = False) -> bytes:
    """The file; multi_label: whether several labels may be right at once, which it says where they may."""
    of_model = {MULTI_LABEL: True} if multi_label else {}
    held = {"version": VERSION, **of_model, **asdict(rule)}
    return (json.dumps(held, indent=2, ensure_ascii=False) + "\n").encode()


def parse(held: bytes) -> DecisionRule:
    """What `as_bytes` made.

    Raises:
        ValueError: it is damaged, or of another version; the message says which.
    """
    values = json.loads(held)
    if isinstance(values, dict):
        values.pop(MULTI_LABEL, None)
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


def is_multi_label(path: Path | str) -> bool:
    """Whether the rule in a .tflite says that several labels may be right at once."""
    try:
        values = json.loads(tflite_metadata.packed_file(path, FILE) or "{}")
    except ValueError:  # `read` notes it
        return False
    return isinstance(values, dict) and values.get(MULTI_LABEL) is True
