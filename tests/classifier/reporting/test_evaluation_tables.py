"""Tables of an evaluation."""

import csv

import numpy as np

from classifier.evaluation.results import CrossValidationResult, FoldResult
from classifier.reporting import evaluation_tables
from classifier.scoring import metrics


def make_result(model, right):
    """Of two folds with two labels of four windows each; one fold all right, of the other so many."""
    targets = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    predicted = np.where(np.arange(8) < right, targets, 1 - targets)
    scores = [
        metrics.score(np.eye(2)[label], targets, np.arange(8), ["quiet", "loud"]) for label in (targets, predicted)
    ]
    folds = [FoldResult(fold, f"fold_{fold}", 1, fold, score) for fold, score in enumerate(scores)]
    intervals = metrics.intervals(np.eye(2)[predicted], targets, np.arange(8), np.arange(8), ["quiet", "loud"])
    return CrossValidationResult(model, ["quiet", "loud"], "mean", scores[1], intervals, {}, "group", folds, {})


def test_the_best_model_leads(tmp_path, capsys):
    evaluation_tables.leaderboard([make_result("worse", 4), make_result("better", 6)], tmp_path / "leaderboard.csv")
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[2:4]] == ["better", "worse"]
    assert "87.5% ± 17.7%" in printed[2]  # 1 and 0.75: their mean, and 0.25 / sqrt(2)
    rows = list(csv.DictReader((tmp_path / "leaderboard.csv").open()))
    assert [(row["model"], float(row["windows_balanced_accuracy"])) for row in rows] == [
        ("better", 0.875),
        ("worse", 0.75),
    ]


def test_a_fold_that_leaks_is_warned_of(capsys):
    evaluation_tables.show_scores(make_result("mel", 6))
    assert "WARNING: fold 1 has 1 groups in two splits" in capsys.readouterr().out
