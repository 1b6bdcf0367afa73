"""The tables a person takes away: how good each model is, how large, and which file to copy into the app.

python -m classifier.reporting.tables
"""

from classifier.core import console
from classifier.data import splits
from classifier.records import artifact
from Constants import TRAINED

LEAKS_NAMED = 5


def scores(trained):
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


def skipped(data):
    """Print which recordings of a training could not be read.

    Args:
        data: TrainingData.
    """
    for _, reason in data.skipped:
        print(f"skipped: {reason}")
    if data.skipped:
        print(f"{len(data.skipped)} of {data.n_clips} recordings were skipped, for the reasons above")


def variants(models):
    """Print a row per file for a phone: what it costs, and what it says beside Keras on the test split."""
    rows, reasons = [], []
    for trained in models:
        found = trained.variants
        for kind, of in found["files"].items():
            test = of["test"]
            row = [f"{trained.name}, {kind}", f"{of['bytes'] / 1000:,.0f}"]
            row += _beside_keras(test) if test else ["-"] * 4
            row += [" / ".join(f"{value:.2f}" for value in times) for times in of["milliseconds"].values()]
            row += [f"{of['arena'] / 1000:,.0f}", artifact.taken_by(found, kind)]
            rows.append([*row, "recommended" if kind == found["recommended"] else ""])
            reasons += [f"{runtime} refuses {trained.name} in {kind}: {why}" for runtime, why in of["refused"].items()]
    threads = [f"ms, {n} thread{'s' * (n != '1')}" for n in next(iter(found["files"].values()))["milliseconds"]]
    header = ["file", "KB", "test windows right", "than Keras", "other label", "a probability by", *threads]
    console.table([*header, "arena, KB", "runtimes", ""], rows)
    reasons += [f"{runtime}: not tried here ({why})" for runtime, why in found["not_tried"].items()]
    for reason in reasons:
        print(reason)


def _beside_keras(test):
    windows = test["windows"]
    share = f"{test['largest_change']:.1e}"
    return [
        _percent(windows["right"] / windows["n"]),
        f"{-100 * test['accuracy_lost'] + 0:+.2f}",
        test["changed"],
        share,
    ]


def show(models):
    """Print a row per file that can be copied into an app."""
    rows = []
    for trained in models:
        for file in artifact.app_files(trained):
            if file.target.is_file():
                of_kind = trained.variants.get("files", {}).get(file.kind, {})
                right = ((not file.is_dropin and of_kind.get("test")) or trained.record.scores)["recordings"]
                size = f"{file.target.stat().st_size / 1000:,.0f} KB"
                row = [trained.name, f"{right['right']} of {right['n']}", size, file.kind, file.takes, file.target]
                rows.append(row)
    console.table(["model", "held-out recordings right", "size", "kind", "takes", "file to copy into the app"], rows)


def _percent(value):
    return "" if value is None else f"{value:.1%}"


if __name__ == "__main__":
    console.run(lambda: show(artifact.trained(TRAINED)))
