"""Tables and csv of what a model finds in sources (corpora, sites, microphones) that it never heard."""

import csv
from dataclasses import asdict
from pathlib import Path

from classifier.core import atomic_files, console
from classifier.evaluation.results import CrossValidationResult
from classifier.evaluation.sources import SourceScores


def report(result: CrossValidationResult, path: Path) -> None:
    """Print one row per source, with the recall of each label it has, and write one row per source and label as csv."""
    show(result)
    rows = [_flat(scores) for scores in result.sources]
    with atomic_files.new_file(path) as fresh, fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def show(result: CrossValidationResult) -> None:
    """Print the recall of each source and label beside that of all together."""
    print(f"{result.model}: each source is left out of the training that it tests; recall of windows, 95 %, groups")
    of = {(scores.source, scores.label): scores for scores in result.sources}
    names = list(dict.fromkeys(scores.source for scores in result.sources))
    rows = [[name, *(_cell(of.get((name, label))) for label in result.labels)] for name in names]
    recall = result.scores.windows.recall
    rows.append(["all together", *(f"{recall[label]:.1%}" if label in recall else "" for label in result.labels)])
    console.table(["source that tests", *result.labels], rows)


def _cell(scores: SourceScores | None) -> str:
    if scores is None:
        return "-"
    between = f" ({scores.interval[0]:.1%} to {scores.interval[1]:.1%})" if scores.interval else ""
    return f"{scores.recall:.1%}{between}, {scores.groups}"


def _flat(scores: SourceScores) -> dict[str, object]:
    lowest, highest = scores.interval or (None, None)
    flat = {name: value for name, value in asdict(scores).items() if name != "interval"}
    return {**flat, "recall_lowest": lowest, "recall_highest": highest}
