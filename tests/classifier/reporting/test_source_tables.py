"""Sources that are left out: their table, and the leaderboard with folds by group beside them."""

import csv
from dataclasses import replace

from classifier.evaluation import results
from classifier.evaluation.sources import SourceScores
from classifier.reporting import evaluation_tables, source_tables
from tests.classifier.reporting.test_evaluation_tables import make_result

SOURCES = [
    SourceScores("choir", "quiet", 4, 2, 2, 0.75, (0.5, 1.0), 1.0),
    SourceScores("studio", "loud", 4, 4, 1, 0.5, None, 0.5),
]


def by_source(right=6):
    return replace(make_result("mel", right), split_by="source", sources=SOURCES)


def test_the_table_has_a_row_a_source_and_the_csv_one_a_label_of_it(tmp_path, capsys):
    source_tables.report(by_source(), tmp_path / "mel_by_source.csv")
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "choir 75.0% (50.0% to 100.0%), 2 -" in printed
    assert "studio - 50.0%, 1" in printed
    assert "all together 100.0% 50.0%" in printed
    choir, studio = csv.DictReader((tmp_path / "mel_by_source.csv").open())
    assert (choir["source"], choir["label"], choir["recall"], choir["recall_lowest"]) == (
        "choir",
        "quiet",
        "0.75",
        "0.5",
    )
    assert (studio["groups"], studio["recall_highest"]) == ("1", "")


def test_the_leaderboard_shows_folds_by_group_beneath_left_out_sources(tmp_path, capsys):
    results.write(make_result("mel", 8), tmp_path / "mel.json")
    evaluation_tables.leaderboard([by_source()], tmp_path / "leaderboard.csv", tmp_path)
    printed = capsys.readouterr().out
    first, second = printed.splitlines()[2:4]
    assert first.split()[:5] == ["mel", "2", "by", "source", "75.0%"]  # all together, no mean over folds
    assert second.split()[:7] == ["mel", "2", "by", "group", "100.0%", "±", "0.0%"]
    assert "all 2 sources together; 95 %" in printed
    rows = list(csv.DictReader((tmp_path / "leaderboard.csv").open()))
    assert [row["folds_of"] for row in rows] == ["source", "group"]


def test_an_evaluation_of_other_recordings_labels_or_training_is_not_set_beside(tmp_path):
    other = replace(by_source(), settings={"folds_by": "corpus", "seed": 1})
    results.write(other, tmp_path / "mel_by_source.json")
    groups = make_result("mel", 8)
    assert results.beside(groups, tmp_path) == other
    for change in ({"fingerprint": "x"}, {"labels": ["loud", "quiet"]}, {"settings": {"epochs": 3}}):
        assert results.beside(replace(groups, **change), tmp_path) is None
    assert results.beside(groups, tmp_path / "nowhere") is None
