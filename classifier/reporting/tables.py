"""The tables a person takes away: how good each model is, how large, and which file to copy into the app.

python -m classifier.reporting.tables
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.core import atomic_files, console
from classifier.data import splits
from classifier.evaluation import cross_validation
from classifier.records import artifact
from Constants import TRAINED

if TYPE_CHECKING:
    from classifier.training.data import TrainingData

LEAKS_NAMED = 5
COMPARED = (("windows", "balanced_accuracy"), ("windows", "accuracy"), ("recordings", "accuracy"))
ALARMS = ["label", "hours", "false alarms", "per hour", "at most (95 % confidence)"]


def scores(trained: artifact.Artifact) -> None:
    """Print what the test split says of a model, chance beside it."""
    score, split = trained.record.scores, trained.record.split
    windows, recordings = score["windows"], score["recordings"]
    split_names = ", ".join(f"{len(split.names(split_name))} to {verb}" for split_name, verb in splits.VERBS.items())
    print(f"{trained.name}: {recordings['right']} of {recordings['n']} held-out recordings right")
    luck = f"guessing {score['chance']:.1%}, always the most frequent label {score['majority']:.1%} of windows right"
    print(
        f"  windows: {windows['right']} of {windows['n']} right, "
        f"balanced accuracy {windows['balanced_accuracy']:.1%} ({luck})"
    )
    leaks = {what: getattr(split, f"{what}_in_two_splits") for what in ("groups", "recordings")}
    counts = ", ".join(f"{len(names)} {what}" for what, names in leaks.items())
    print(f"  split by {split.by}: {split.groups} groups; {counts} in two splits")
    for what, names in leaks.items():
        if names:
            first = ", ".join(names[:LEAKS_NAMED])
            print(f"  WARNING: these {what} are in two splits, so the scores flatter: {first} ...")
    print(
        f"  recordings: {split_names}; epoch {trained.record.best_epoch} kept, {trained.record.training_seconds:.0f} s"
    )
    rows = [
        [label, *(f"{of['recall'][label]:.1%}" for of in (windows, recordings)), *map(str, row)]
        for label, row in zip(trained.labels, windows["confusion"], strict=True)
    ]
    console.table(["label", "recall, windows", "recordings", *(f"as {label}" for label in trained.labels)], rows)


def skipped(data: "TrainingData") -> None:
    """Print which recordings of a training could not be read."""
    for _, reason in data.skipped:
        print(f"skipped: {reason}")
    if data.skipped:
        print(f"{len(data.skipped)} of {data.n_clips} recordings were skipped, for the reasons above")


def variants(models: Sequence[artifact.Artifact]) -> None:
    """Print a row per variant: what it costs, and what it predicts beside Keras on the test split."""
    rows, reasons, not_tried = [], [], {}
    for trained in models:
        found = trained.variants
        for variant, of in found.files.items():
            row = [f"{trained.name}, {variant}", f"{of.bytes / 1000:,.0f}"]
            row += _beside_keras(of.test) if of.test else ["-"] * 4
            row += [" / ".join(f"{value:.2f}" for value in times) for times in of.milliseconds.values()]
            row += [f"{of.arena / 1000:,.0f}", found.taken_by(variant)]
            rows.append([*row, "recommended" if variant == found.recommended else ""])
            reasons += [f"{runtime} refuses {trained.name} in {variant}: {why}" for runtime, why in of.refused.items()]
        not_tried |= found.not_tried
        threads = next(iter(found.files.values())).milliseconds
    latencies = [f"ms, {n} thread{'s' * (n != 1)}" for n in threads]
    header = ["file", "KB", "test windows right", "than Keras", "other label", "a probability by", *latencies]
    console.table([*header, "arena, KB", "runtimes", ""], rows)
    for reason in [*reasons, *(f"{runtime}: not tried here ({why})" for runtime, why in not_tried.items())]:
        print(reason)


def _beside_keras(test):
    share = _percent(test.windows.right / test.windows.n)
    return [share, f"{-100 * test.accuracy_lost + 0:+.2f}", test.changed, f"{test.largest_change:.1e}"]


def show(models: Sequence[artifact.Artifact]) -> None:
    """Print a row per file that can be copied into an app."""
    rows = []
    for trained in models:
        files = trained.variants.files if trained.variants else {}
        for file in artifact.app_files(trained):
            if file.target.is_file():
                of = files.get(file.variant)
                recordings = trained.record.scores["recordings"]
                n, right = recordings["n"], recordings["right"]
                if of and of.test and not file.is_dropin:
                    n, right = of.test.recordings.n, of.test.recordings.right
                size = f"{file.target.stat().st_size / 1000:,.0f} KB"
                rows.append([trained.name, f"{right} of {n}", size, file.variant, file.takes, file.target])
    console.table(["model", "held-out recordings right", "size", "variant", "takes", "file to copy into the app"], rows)


def tested(result: dict[str, Any]) -> None:
    """Print what a model predicts, by label, for all folds (cross_validation.gather) or for a folder."""
    windows, recordings = result["scores"]["windows"], result["scores"]["recordings"]
    right = f"{windows['right']} of {windows['n']} windows, {recordings['right']} of {recordings['n']} recordings right"
    print(f"{result['model']}: {right}; a recording is decided by the {result['recordings_by']} of its windows")
    heard = {splits.VERBS[split_name]: n for split_name, n in result.get("heard", {}).items() if n}
    if heard:
        known = ", ".join(f"{n} to {verb}" for verb, n in heard.items())
        print(f"  WARNING: these recordings helped to train it ({known}), so the scores flatter")
    for fold in result.get("folds", []):
        if fold["groups_in_two_splits"]:
            leaks = fold["groups_in_two_splits"]
            print(f"  WARNING: fold {fold['fold']} has {leaks} groups in two splits, so its scores flatter")
    names = ("recall", "precision", "f1", "roc_auc", "pr_auc")
    rows = [
        [label, sum(row), *(_percent((windows[name] or {}).get(label)) for name in names)]
        + [_percent(recordings["recall"].get(label)), *row]
        for label, row in zip(result["labels"], windows["confusion"], strict=True)
    ]
    header = ["label", "windows", "recall", "precision", "F1", "ROC-AUC", "PR-AUC", "recall, recordings"]
    console.table([*header, *(f"as {label}" for label in result["labels"])], rows)
    if result.get("alarms"):
        print("at the thresholds of each fold:")
        rows = [[*_alarms(label, of), _percent(of["misses"])] for label, of in result["alarms"].items()]
        console.table([*ALARMS, "misses"], rows)


def background(result: dict[str, Any]) -> None:
    """Print the false alarms that a model raised in recordings that hold none of its labels."""
    found = result["background"]
    rows = [_alarms(label, of) for label, of in [*found["labels"].items(), ("all", found)]]
    print(f"{result['model']}: false alarms in {found['hours']:.2f} hours of background, at its own thresholds")
    console.table(ALARMS, rows)


def _alarms(label, of):
    rates = (of["false_alarms_per_hour"], of["at_most_per_hour"])
    return [label, f"{of['hours']:.2f}", of["false_alarms"], *("" if rate is None else f"{rate:.2f}" for rate in rates)]


def leaderboard(results: Sequence[dict[str, Any]], path: Path) -> None:
    """Print a row per model, the best first, and write them as numbers.

    Args:
        results: as of cross_validation.gather; those without folds have no spread over them.
        path: of the csv.
    """
    results = sorted(results, key=lambda result: -cross_validation.spread(result, "windows", "balanced_accuracy")[0])
    shown, numbers = [], []
    for result in results:
        row = {"model": result["model"], "folds": len(result.get("folds", []))}
        cells = [result["model"]]
        for what, name in COMPARED:
            (mean, sd), interval = cross_validation.spread(result, what, name), result["intervals"][what]
            lowest, highest = interval[name] if interval else (None, None)
            ends = zip(("", "_sd", "_lowest", "_highest"), (mean, sd, lowest, highest), strict=True)
            row.update({f"{what}_{name}{end}": value for end, value in ends})
            cells.append(_percent(mean) + ("" if sd is None else f" ± {_percent(sd)}"))
            cells.append(f"{_percent(lowest)} to {_percent(highest)}" if interval else "")
        for name in ("macro_precision", "macro_f1", "macro_pr_auc", "macro_roc_auc"):
            row[name] = result["scores"]["windows"][name]
            cells.append(_percent(row[name]))
        shown.append(cells)
        numbers.append(row)
    compared = [
        cell for name in ("balanced accuracy, windows", "windows right", "recordings right") for cell in (name, "95 %")
    ]
    console.table(["model", *compared, "precision", "F1", "PR-AUC", "ROC-AUC"], shown)
    scores = results[0]["scores"]
    frequent = " and ".join(f"{scores[what]['majority']:.1%} of {what}" for what in ("windows", "recordings"))
    print(f"guessing {scores['chance']:.1%}; always the most frequent label {frequent}; ", end="")
    n_folds = len(results[0].get("folds", []))
    over = f"mean ± sd over {n_folds} fold(s); " if n_folds else ""
    print(f"{over}95 %: drawn from {results[0]['intervals']['groups']} groups")
    with atomic_files.new_file(path) as fresh, fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, numbers[0])
        writer.writeheader()
        writer.writerows(numbers)


def _percent(value):
    return "" if value is None else f"{value:.1%}"


if __name__ == "__main__":
    console.run(lambda: show(artifact.trained(TRAINED)))
