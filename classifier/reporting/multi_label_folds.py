"""Tables and csv files of a cross-validation where several labels may be right at once, and its leaderboard."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from classifier.core import atomic_files, console
from classifier.evaluation.multi_label_folds import MultiLabelFold, MultiLabelResult
from classifier.reporting.evaluation_tables import LEADERBOARD, REFITTED, percent, warn_of_leaks
from classifier.scoring.multi_label_folds import OverFolds

ALL = "all"  # in the column of folds: their mean
LABELS = ["label", "windows", "average precision", "95 %", "guessing", "precision", "recall", "F1"]
FOLDS = ["fold", "windows", "groups", "mean average precision", "guessing", "lwlrap", "macro F1", "micro F1"]
COMPARED = ["model", "folds", "mean average precision", "95 %", "guessing", "lwlrap", "macro F1", "micro F1"]


def report(results: Sequence[MultiLabelResult], out: Path) -> MultiLabelResult:
    """Print tables of all results; write `<stem>.csv` of each and the leaderboard into a folder, which is there.

    Returns:
        the best result.
    """
    for result in results:
        _show(result)
        _write(out / f"{result.stem}.csv", _csv_rows(result))
    return _leaderboard(results, out / LEADERBOARD)


def _show(result):
    windows = sum(fold.scores.windows for fold in result.folds)
    print(f"{result.title}: several labels at once; {windows} windows of {result.groups} groups, each tested once")
    for fold in result.folds:
        warn_of_leaks(fold.fold, fold.groups_in_two_splits)
    console.table(FOLDS, [_fold_row(fold) for fold in result.folds])
    console.table(LABELS, [_label_row(result, label, of) for label, of in result.scores.average_precision.items()])
    if untested := [label for label in result.labels if label not in result.scores.average_precision]:
        print(f"  not tested, without windows in a test split: {', '.join(untested)}")


def _fold_row(fold: MultiLabelFold) -> list[object]:
    of = fold.scores
    rates = (of.mean_average_precision, of.chance, of.lwlrap, of.macro_f1, of.micro_f1)
    return [fold.fold, of.windows, of.groups, *map(percent, rates)]


def _label_row(result: MultiLabelResult, label: str, of: OverFolds) -> list[object]:
    scores = result.scores
    rates = [percent(rate[label].mean) for rate in (scores.precision, scores.recall, scores.f1)]
    return [label, _windows(result, label), said(of), ends(of), percent(of.chance), *rates]


def _windows(result, label):
    return sum(fold.scores.labels[label].windows for fold in result.folds)


def _leaderboard(results, path):
    """Print one row per model, the best first; write the numbers as csv. Returns the best."""
    ordered = sorted(results, key=lambda result: -result.scores.mean_average_precision.mean)
    rows, numbers = [], []
    for result in ordered:
        of = result.scores
        mean = of.mean_average_precision
        folds = f"{len(result.folds)} by {result.split_by}"
        others = {"lwlrap": of.lwlrap, "macro_f1": of.macro_f1, "micro_f1": of.micro_f1}
        rows.append([result.title, folds, said(mean), ends(mean), percent(mean.chance), *map(said, others.values())])
        numbers.append(
            {"model": result.title, "folds": len(result.folds), "folds_of": result.split_by}
            | _named("mean_average_precision", mean)
            | {key: value for name, score in others.items() for key, value in _named(name, score, ends=False).items()}
        )
    console.table(COMPARED, rows)
    best = ordered[0]
    print(f"mean ± sd over {len(best.folds)} fold(s); 95 %: drawn from {best.groups} groups, within folds; ", end="")
    print("F1 at the thresholds that validation chose; guessing: the share of windows that have a label")
    if any(result.refitted for result in results):
        print(REFITTED)
    _write(path, numbers)
    return best


def _csv_rows(result: MultiLabelResult) -> list[Mapping[str, object]]:
    """A row per fold and label, and one per label of all folds."""
    rows = [
        {
            "fold": fold.fold,
            "label": label,
            "windows": of.windows,
            "average_precision": of.average_precision,
            "average_precision_sd": None,
            "average_precision_lowest": of.interval and of.interval[0],
            "average_precision_highest": of.interval and of.interval[1],
            "guessing": of.chance,
            "threshold": fold.thresholds[label],
            "precision": of.precision,
            "recall": of.recall,
            "f1": of.f1,
        }
        for fold in result.folds
        for label, of in fold.scores.labels.items()
    ]
    scores = result.scores
    of_all = [
        {"fold": ALL, "label": label, "windows": _windows(result, label)}
        | _named("average_precision", of)
        | {name: getattr(scores, name)[label].mean for name in ("precision", "recall", "f1")}
        for label, of in scores.average_precision.items()
    ]
    return [*rows, *of_all]


def _named(name: str, of: OverFolds | None, ends: bool = True) -> dict[str, object]:
    """The columns of a score; those of its interval and of guessing where there are any."""
    if of is None:
        return {name: None, f"{name}_sd": None}
    lowest, highest = of.interval or (None, None)
    more = {f"{name}_lowest": lowest, f"{name}_highest": highest, "guessing": of.chance} if ends else {}
    return {name: of.mean, f"{name}_sd": of.sd, **more}


def said(of: OverFolds | None) -> str:
    """A score as "61.2% ± 3.4%"; "-" for None."""
    if of is None:
        return "-"
    return percent(of.mean) + ("" if of.sd is None else f" ± {percent(of.sd)}")


def ends(of: OverFolds) -> str:
    """Its interval, as "55.0% to 68.1%"; "" without one."""
    return f"{percent(of.interval[0])} to {percent(of.interval[1])}" if of.interval else ""


def _write(path, rows):
    with atomic_files.new_file(path) as fresh, fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
