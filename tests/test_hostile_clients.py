"""The attacks of benchmarks/hostile_clients.py in short: honest clients have all their answers meanwhile."""

import pytest

from benchmarks import hostile_clients
from tests.classifier.service.conftest import write_tiny_model

pytest.importorskip("resource", reason="Windows has no other address of loopback")


def test_honest_clients_are_served_while_others_attack(tmp_path, capsys):
    model = write_tiny_model(tmp_path) / "tiny.tflite"
    amounts = {"honest": 2, "idle": 100, "slow": 20, "seconds": 1}
    hostile_clients.main(["--model", str(model), *(f"--{name}={amount}" for name, amount in amounts.items())])
    _, quiet, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert len(rows) == 5
    for row in (quiet, *rows):
        *_, p95, refused, failed = row[: 4 if row is quiet else -2]
        assert (refused, failed) == ("0", "0") and p95 != "inf", row
