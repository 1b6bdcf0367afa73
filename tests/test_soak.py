"""benchmarks/soak.py in short: a worker and a reader are killed, and every request has an answer."""

import re

import pytest

from benchmarks import soak
from tests.classifier.service.conftest import write_tiny_model

pytest.importorskip("resource", reason="Windows cannot ask a process to end")


def test_every_request_is_answered_while_processes_are_killed(tmp_path, capsys):
    model = write_tiny_model(tmp_path) / "tiny.tflite"
    soak.main(["--model", str(model), "--minutes=0.12", "--clients=3", "--every=1"])
    said = capsys.readouterr().out
    answers, kinds, workers = re.search(r"(\d+) answers: (.*); (\d+) workers and \d+ readers killed", said).groups()
    assert int(answers) >= 3 and int(workers) > 0 and "with 200" in kinds and "with 5" not in kinds, said
    assert said.count(" 0 unanswered") == 1
