import json

from tests.classifier.inference.writers.conftest import FILES, LABELS, NAMES


def test_a_line_is_a_recording(written):
    lines = [json.loads(line) for line in written("jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    assert [(line["recording"], line["files"]) for line in lines] == list(zip(NAMES, FILES, strict=True))
    assert [line["label"] for line in lines] == [LABELS[0], None, LABELS[0]]
    assert [segment["label"] for segment in lines[0]["segments"]] == LABELS
    assert lines[1]["segments"] == []
