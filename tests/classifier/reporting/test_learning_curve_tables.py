import csv

from classifier.reporting import learning_curve_tables
from tests.classifier.scoring.test_learning_curve import make_curve


def test_a_row_a_size_and_one_for_twice_as_many(tmp_path, capsys):
    _, curve = make_curve()
    learning_curve_tables.report("mel", curve, tmp_path / "mel_learning_curve")
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert any(line.startswith("100.0% 32 ") for line in printed)
    assert any(line.startswith("twice as many 64 ") for line in printed)
    assert "speech: what twice as many recordings would bring cannot be said: all is right already" in printed
    assert (tmp_path / "mel_learning_curve.png").read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader((tmp_path / "mel_learning_curve.csv").open()))
    assert [row["share"] for row in rows if row["what"] == "song"] == ["0.25", "0.5", "1", "twice"]
    assert float(rows[-2]["value"]) == curve.forecasts["song"].value
