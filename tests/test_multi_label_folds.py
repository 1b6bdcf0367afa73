"""Cross-validation of several labels at once, as users run it; and what it refuses."""

import csv
import json

import pytest

from tests.conftest import call_script
from tests.several_labels import MODEL, TONES, write_mixtures

FLAGS = ("--data", "data", "--multi-label", "--model", MODEL, "--window", 1, "--out", "evaluated")


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A folder with mixtures of which `high` is in three; what the evaluation of two folds printed and said."""
    folder = tmp_path_factory.mktemp("folds")
    write_mixtures(folder / "data", 16, rare="high")
    return folder, *call_script("EvaluateModel.py", *FLAGS, "--epochs", 1, "--folds", "0,2", cwd=folder)


def test_each_fold_and_all_folds_have_standard_scores(evaluated):
    folder, printed, said = evaluated
    found = json.loads((folder / "evaluated" / f"{MODEL}.json").read_text(encoding="utf-8"))
    runs = [json.loads((folder / fold["folder"] / "run.json").read_text(encoding="utf-8")) for fold in found["folds"]]
    assert len(runs) == 2 and len({name for run in runs for name in run["split"]["test"]}) == found["groups"]
    for fold, run in zip(found["folds"], runs, strict=True):
        assert fold["scores"] == run["multi_label_scores"] and fold["thresholds"] == run["thresholds"]
    over, each = found["scores"], [fold["scores"]["mean_average_precision"] for fold in found["folds"]]
    assert over["mean_average_precision"]["mean"] == pytest.approx(sum(each) / 2)
    assert over["mean_average_precision"]["sd"] is not None and 0 < over["mean_average_precision"]["chance"] < 1
    lowest, highest = over["mean_average_precision"]["interval"]
    assert lowest <= highest and set(over["average_precision"]) == set(over["f1"]) == set(TONES)
    assert "lwlrap" in printed and "TrainModel.py" in printed.splitlines()[-1] and "--multi-label" in printed
    assert f"{MODEL}, fold 0: mean average precision" in said


def test_the_leaderboard_and_the_csv_have_a_row_for_each(evaluated):
    folder, _, _ = evaluated
    with open(folder / "evaluated" / "leaderboard.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["model"] for row in rows} == {MODEL, f"{MODEL}, refitted"}
    names = ("mean_average_precision", "mean_average_precision_lowest", "guessing", "lwlrap", "macro_f1", "micro_f1")
    assert all(0 <= float(row[name]) <= 1 for row in rows for name in names)
    with open(folder / "evaluated" / f"{MODEL}.csv", newline="", encoding="utf-8") as file:
        cells = {(row["fold"], row["label"]) for row in csv.DictReader(file)}
    assert cells == {(fold, label) for fold in ("0", "2", "all") for label in TONES}


def test_fewer_folds_than_usual_name_the_label_that_has_too_few_groups(evaluated):
    folder, _, said = evaluated
    assert "3 folds, not 5: 'high' has 3 recordings or groups" in said
    _, refused = call_script("EvaluateModel.py", *FLAGS, "--folds", "3", cwd=folder, expect=1)
    assert "there are folds 0 to 2: 'high' has 3 recordings or groups" in refused


@pytest.mark.parametrize("flag", ["--vote", "--overlap=0.5", "--learning-curve", "--paper"])
def test_what_is_of_one_label_is_refused_by_name(evaluated, flag):
    folder, _, _ = evaluated
    _, said = call_script("EvaluateModel.py", *FLAGS, flag, cwd=folder, expect=1)
    assert f"--multi-label does not go with {flag.partition('=')[0]}" in said
