"""A rule that travels in a .tflite decides elsewhere as it did at home, or says that it cannot."""

import json
import zipfile

import pytest

from classifier.inference.predictor import load_predictor
from classifier.records import rule_file
from classifier.scoring.decision_rule import DecisionRule
from tests.classifier.export.test_inspection import with_metadata

RULE = DecisionRule({"straße": 0.75}, 3, 2, 3, 2.5, 0.5, 1.0, hop=1.0)


def packed(path, held):
    """A .tflite with a decision rule file of these bytes."""
    path.write_bytes(with_metadata())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(rule_file.FILE, held)
    return path


def test_a_rule_is_read_as_it_was_written():
    assert rule_file.parse(rule_file.as_bytes(RULE)) == RULE


def test_a_file_that_was_copied_away_keeps_its_rule(tmp_path):
    labels = load_predictor(packed(tmp_path / "a.tflite", b"")).labels
    rule = DecisionRule({labels[1]: 0.8}, smooth=3)
    predictor = load_predictor(packed(tmp_path / "b.tflite", rule_file.as_bytes(rule)))
    assert (predictor.rule, predictor.thresholds) == (rule, {labels[1]: 0.8})


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (b"{", "decision_rule.json cannot be used"),
        (b"[]", "it is of version None"),
        (json.dumps({"version": 2}).encode(), "it is of version 2, and this program reads version 1"),
        (json.dumps({"version": 1, "smooth": 2}).encode(), "smooth 2: give an odd number"),
        (json.dumps({"version": 1, "thresholds": {"cow": 0.5}}).encode(), "threshold for 'cow', but the model knows"),
    ],
)
def test_a_rule_that_cannot_be_used_is_said(tmp_path, held, why):
    predictor = load_predictor(packed(tmp_path / "a.tflite", held))
    assert predictor.rule is None and why in "\n".join(predictor.notes)
