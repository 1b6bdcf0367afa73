"""Tables, csv and pictures of an evaluation: by label, false alarms, and a leaderboard."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.core import atomic_files, commands, console
from classifier.data import splits
from classifier.data.layouts import folder_of
from classifier.evaluation import teachers
from classifier.evaluation.config import EvaluationConfig
from classifier.evaluation.multi_label_folds import MultiLabelResult
from classifier.evaluation.results import (
    CrossValidationResult,
    EvaluationResult,
    ModelTestResult,
    SearchRecord,
    beside,
    spread,
)
from classifier.inference.false_alarms import NegativesResult
from classifier.plotting import confusion_matrix
from classifier.records.config import RunConfig
from classifier.reporting import confusion, learning_curve_tables, source_tables, warnings
from classifier.scoring.metrics import UNITS, Scores
from classifier.scoring.thresholds import FalseAlarms
from classifier.storage import mirror
from classifier.storage.locations import is_remote
from Constants import TRAINED

COMPARED = (("windows", "balanced_accuracy"), ("windows", "accuracy"), ("recordings", "accuracy"))
ALARMS = ["label", "hours", "false alarms", "an hour", "at most, 95 % sure"]
LEADERBOARD = "leaderboard.csv"
REFITTED = (
    "refitted: trained again on train and validation, for as many steps as the best epoch took; this is the row to "
    "compare with papers, whose models learn from all folds but the one that tests"
)


def report(results: Mapping[str, EvaluationResult], out: Path) -> EvaluationResult:
    """Print tables of all results; write leaderboard.csv and the confusion matrices into a folder.

    Args:
        results: {stem of the pictures' names: result}.
        out: folder; made where it is missing.

    Returns:
        the best result.
    """
    out.mkdir(parents=True, exist_ok=True)
    for stem, result in results.items():
        confusion_matrix.draw_both(result.scores, result.labels, f"{result.title}:", out / f"{stem}_confusion")
        show_scores(result)
        if isinstance(result, ModelTestResult) and result.negatives:
            show_negatives(result.model, result.negatives)
        if isinstance(result, CrossValidationResult) and result.sources:
            source_tables.report(result, out / f"{stem}.csv")
        if isinstance(result, CrossValidationResult) and result.learning_curve:
            learning_curve_tables.report(result.model, result.learning_curve, out / f"{stem}_learning_curve")
    return leaderboard(list(results.values()), out / LEADERBOARD, out)


def next_step(best: EvaluationResult | MultiLabelResult, config: EvaluationConfig) -> str:
    """The command that goes on from an evaluation: classify with the best model, or train it to keep it."""
    if config.tests_trained_models:
        data = config.data if is_remote(config.data) else folder_of(config.data)
        return commands.script("ClassifyRecordings.py", data, model=best.model)
    settings, defaults = asdict(config.run_config()), asdict(RunConfig(data=""))
    settings["folds_by"] = None  # the model that is kept learns from all sources
    if not config.no_refit:
        settings["refit"] = defaults["refit"]  # what ships learns from the test split too
    if isinstance(best, CrossValidationResult) and best.search:
        settings["recipe"] = mirror.local_path(config.out) / best.search.file
    flags = {name: commands.unless(value, defaults[name]) for name, value in settings.items()}
    if not config.teacher:
        return commands.script("TrainModel.py", model=best.model, labels=config.labels, **flags)
    flags["teacher"] = name = teachers.name(config.teacher)
    student = commands.script("TrainModel.py", model=best.model, labels=config.labels, **flags)
    if (TRAINED / name).is_dir():
        return student
    own = {**flags, "teacher": None, "recipe": None, "fine_tune": None}
    return f"{commands.script('TrainModel.py', model=name, labels=config.labels, **own)} && {student}"


def show_scores(result: EvaluationResult) -> None:
    """Print the scores of a model by label, and what to be warned of."""
    windows, recordings = result.scores.windows, result.scores.recordings
    if isinstance(result, ModelTestResult):
        for line in warnings.few_groups(recordings.recall, result.groups, times=1):
            print(f"{result.model}: {line}")
    right = f"{windows.right} of {windows.n} windows, {recordings.right} of {recordings.n} {result.units} right"
    print(f"{result.title}: {right}; a {result.units[:-1]} is decided by the {result.recordings_by} of its windows")
    if result.crops:
        print(f"  windows: {result.crops} of each recording, spread over it (more of one that they would not cover)")
    elif result.overlap:
        print(f"  windows: each repeats {result.overlap:.0%} of the one before")
    if isinstance(result, ModelTestResult) and result.tested:
        print(
            f"  it was refitted on some of these recordings: {result.tested} was tested, which had not learned from all"
        )
    if isinstance(result, ModelTestResult):
        for note in result.notes:
            print(f"  {note}")
        warn_of_known(result.units, result.seen_in_training)
        matched = [*result.matched.renamed(), *result.matched.not_tested()] if result.matched else []
        for line in [*matched, *warnings.not_tested(result.labels, recordings.recall)]:
            print(f"  {line}")
    if isinstance(result, CrossValidationResult):
        for fold in result.folds:
            warn_of_leaks(fold.fold, fold.groups_in_two_splits)
        if result.search:
            show_search(result.search)
    show_labels(result.labels, result.scores, result.units)
    if isinstance(result, CrossValidationResult):
        learned = RunConfig(**result.settings).learned_negatives if result.settings.get("negatives") else None
        for line in warnings.silence_and_negatives(result.labels, windows.confusion, learned):
            print(line)
    if isinstance(result, CrossValidationResult) and result.false_alarms:
        print(f"at the thresholds of each fold{', in windows that touch' if result.overlap or result.crops else ''}:")
        rows = [[*_alarms(label, of), percent(of.misses)] for label, of in result.false_alarms.items()]
        console.table([*ALARMS, "misses"], rows)


def show_search(found: SearchRecord) -> None:
    """Print how a recipe was searched for, and which one was found."""
    print(
        f"  nested: of each fold the recipe was chosen among {found.recipes}, on inner folds of what it learns from, "
        f"before it was tested ({found.trainings} trainings, {found.failed} recipes failed)"
    )
    values = ", ".join(f"{name} {value}" for name, value in found.chosen.items()) or "the model's own"
    print(f"  recipe for all recordings, chosen among {found.recipes} ({found.file}): {values}")
    inside = f"{percent(found.score_inside)}, that of the model's own recipe {percent(found.own_score_inside)}"
    print(f"  its score on the folds that chose it flatters: {inside}; the scores below are those of the search")


def warn_of_known(what: str, seen: Mapping[str, int]) -> None:
    """Print a warning where a model was trained with what it is tested on; seen: {split: how many}."""
    if any(seen.values()):
        known = ", ".join(f"{n} to {splits.VERBS[name]}" for name, n in seen.items() if n)
        print(f"  WARNING: these {what} were used to train it ({known}), so the scores flatter")


def warn_of_leaks(fold: int, n_groups: int) -> None:
    """Print a warning where groups of a fold are in two splits."""
    if n_groups:
        print(f"  WARNING: fold {fold} has {n_groups} groups in two splits, so its scores flatter")


def show_labels(labels: Sequence[str], scores: Scores, units: str) -> None:
    """Print one row per label; units: as of EvaluationResult."""
    windows, recordings = scores.windows, scores.recordings
    names = ("recall", "precision", "f1", "roc_auc", "pr_auc")
    columns, confused = confusion.columns(labels, windows.confusion)
    rows = [
        [label, sum(row), *(percent((getattr(windows, name) or {}).get(label)) for name in names)]
        + [percent(recordings.recall.get(label)), *cells]
        for label, row, cells in zip(labels, windows.confusion, confused, strict=True)
    ]
    header = ["label", "windows", "recall", "precision", "F1", "ROC-AUC", "PR-AUC", f"recall, {units}"]
    console.table([*header, *columns], rows)


def show_negatives(model: str, found: NegativesResult) -> None:
    """Print the false alarms of a model in recordings without any of its labels."""
    rows = [_alarms(label, of) for label, of in found.labels.items()] + [_alarms("all", found)]
    print(f"{model}: false alarms in {found.hours:.2f} hours of negatives, at its own thresholds")
    warn_of_known("negatives", found.seen_in_training)
    console.table(ALARMS, rows)


def _alarms(label: str, of: FalseAlarms) -> list:
    rates = (of.false_alarms_per_hour, of.at_most_per_hour)
    return [label, f"{of.hours:.2f}", of.false_alarms, *("" if rate is None else f"{rate:.2f}" for rate in rates)]


def leaderboard(results: Sequence[EvaluationResult], path: Path, out: Path | None = None) -> EvaluationResult:
    """Print one row per model, the best first, and write the numbers as csv.

    Args:
        results: at least one; those without folds have no spread over them.
        path: of the csv.
        out: folder of earlier evaluations; what they say of the same models over other folds is shown beneath each.

    Returns:
        the best result.
    """
    results = sorted(results, key=lambda result: -spread(result, "windows", "balanced_accuracy")[0])
    shown, numbers = [], []
    for result in _with_other_folds(results, out):
        folds_of = _folds_of(result)
        row: dict[str, object] = {"model": result.title, "folds": result.n_folds, "folds_of": folds_of}
        cells = [result.title, f"{result.n_folds} by {folds_of}" if folds_of else ""]
        for unit, name in COMPARED:
            (mean, sd), interval = spread(result, unit, name), result.intervals.by(unit)
            lowest, highest = interval[name] if interval else (None, None)
            ends = zip(("", "_sd", "_lowest", "_highest"), (mean, sd, lowest, highest), strict=True)
            row.update({f"{unit}_{name}{end}": value for end, value in ends})
            cells.append(percent(mean) + ("" if sd is None else f" ± {percent(sd)}"))
            cells.append(f"{percent(lowest)} to {percent(highest)}" if interval else "")
        for name in ("macro_precision", "macro_f1", "macro_pr_auc", "macro_roc_auc"):
            value = row[name] = getattr(result.scores.windows, name)
            cells.append(percent(value))
        shown.append(cells)
        numbers.append(row)
    compared = [
        cell
        for name in ("balanced accuracy, windows", "windows right", f"{results[0].units} right")
        for cell in (name, "95 %")
    ]
    console.table(["model", "folds", *compared, "precision", "F1", "PR-AUC", "ROC-AUC"], shown)
    scores = results[0].scores
    named = zip(UNITS, ("windows", results[0].units), strict=True)
    frequent = " and ".join(f"{scores.by(unit).majority:.1%} of {name}" for unit, name in named)
    guesses = " or ".join(dict.fromkeys(f"{result.scores.chance:.1%}" for result in results))
    print(f"guessing {guesses}; always the most frequent label {frequent}; ", end="")
    over = f"mean ± sd over {results[0].n_folds} fold(s); " if results[0].n_folds else ""
    over = f"all {results[0].n_folds} sources together; " if _folds_of(results[0]) == splits.BY_SOURCE else over
    print(f"{over}95 %: drawn from {results[0].intervals.groups} groups")
    if any(isinstance(result, CrossValidationResult) and result.refitted for result in results):
        print(REFITTED)
    with atomic_files.new_file(path) as fresh, fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, numbers[0])
        writer.writeheader()
        writer.writerows(numbers)
    return results[0]


def _with_other_folds(results, out):
    for result in results:
        yield result
        if out and isinstance(result, CrossValidationResult) and (other := beside(result, out)):
            yield other


def _folds_of(result):
    """splits.BY_GROUP or BY_SOURCE, "data set" for its own folds or splits; "" for a model that was only tested."""
    if not isinstance(result, CrossValidationResult):
        return ""
    return result.split_by if result.split_by in (splits.BY_GROUP, splits.BY_SOURCE) else "data set"


def percent(value: float | None) -> str:
    """A share as "12.3%", "" for None."""
    return "" if value is None else f"{value:.1%}"
