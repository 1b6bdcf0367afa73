"""What a model that grows keeps of its old labels: before, grown by a label (--from), and trained anew with it.

    python -m benchmarks.growing --data ../shared/data/esc10 --new Rain,Rooster

Each label named by --new joins the others in turn. All three models have the same recordings of the old labels in the
same splits, by the fold that their file names begin with, and the same epochs. Recall is the balanced accuracy of the
test windows of the old labels; the intervals of differences are over recordings that are drawn with replacement.
"""

import json
from pathlib import Path

import numpy as np

from benchmarks import trainings
from classifier.core import arguments, console
from classifier.core.errors import InputError
from classifier.data import clips
from classifier.scoring.metrics import INTERVAL
from Constants import EVALUATED

SPLITS = {"1": "test", "2": "validation"}  # of the fold that a file name begins with; all others train
DRAWS = 1000


def main(argv: list[str] | None = None) -> None:
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="ESC-10, or a folder whose file names begin with 1-")
    parser.add_argument("--new", required=True, help="labels that join, with commas")
    parser.add_argument("--model", default="residual", help="default: %(default)s")
    parser.add_argument("--epochs", type=arguments.at_least(1), default=20, help="of each (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=EVALUATED / "growing", help="default: %(default)s")
    args = parser.parse_args(argv)
    found = {label: _measured(args, label) for label in args.new.split(",")}
    old, anew = (
        np.mean([of[key]["difference"] for of in found.values()]) for key in ("grown_less_before", "grown_less_anew")
    )
    print(json.dumps({"labels": found, "mean_grown_less_before": old, "mean_grown_less_anew": anew}, indent=2))


def _measured(args, new):
    """Recalls of one label that joins; folders that are there are taken as they are."""
    folder = args.out.resolve() / f"{new}, {args.epochs} epochs"
    folder.mkdir(parents=True, exist_ok=True)
    found = clips.read_clips(args.data.resolve(), None)
    everything = [(str(clip.path), clip.label, SPLITS.get(clip.path.name[0], "train")) for clip in found]
    if new not in {label for _, label, _ in everything}:
        raise InputError(f"--new {new}: {args.data} has no such label")
    model = ("--model", args.model)
    before = trainings.by_script(folder, "before", [row for row in everything if row[1] != new], args.epochs, *model)
    grown = trainings.by_script(folder, "grown", everything, args.epochs, "--from", str(before.folder))
    anew = trainings.by_script(folder, "anew", everything, args.epochs, *model)
    old = before.labels
    rights = {name: _rights(of) for name, of in (("before", before), ("grown", grown), ("anew", anew))}
    windows = sorted(key for key in rights["before"] if key in rights["grown"] and key in rights["anew"])
    labels = np.array([old.index(rights["before"][key][0]) for key in windows])
    names, of_recording = np.unique([name for name, _ in windows], return_inverse=True)
    right = {name: np.array([of[key][1] for key in windows]) for name, of in rights.items()}
    return {
        "windows": len(windows),
        "recordings": len(names),
        "recall_of_old_labels": {name: _recall(of, labels, np.ones(len(windows))) for name, of in right.items()},
        "recall_of_new_label": {
            name: float(np.mean([right for label, right in rights[name].values() if label == new]))
            for name in ("grown", "anew")
        },
        **{
            f"grown_less_{other}": _difference(right["grown"], right[other], labels, of_recording)
            for other in ("before", "anew")
        },
    }


def _rights(trained):
    """{(recording, start): (true label, whether it is predicted)} of the windows that test."""
    test, names = trained.predictions("test"), trained.record.split.names("test")
    predicted = test["probabilities"].argmax(axis=1)
    rows = zip(test["recordings"], test["starts"], test["targets"], predicted, strict=True)
    return {(names[i], float(start)): (trained.labels[target], target == found) for i, start, target, found in rows}


def _recall(right, labels, weights):
    n = np.bincount(labels, weights)
    return float(np.mean((np.bincount(labels, weights * right) / np.maximum(n, 1))[n > 0]))


def _difference(one, other, labels, of_recording):
    """The difference of two balanced accuracies, and its interval over recordings."""
    random, n, drawn = np.random.default_rng(0), of_recording.max() + 1, []
    for _ in range(DRAWS):
        weights = np.bincount(random.integers(n, size=n), minlength=n)[of_recording]
        drawn.append(_recall(one, labels, weights) - _recall(other, labels, weights))
    everything = np.ones(len(labels))
    difference = _recall(one, labels, everything) - _recall(other, labels, everything)
    return {"difference": difference, "interval": np.percentile(drawn, INTERVAL).tolist()}


if __name__ == "__main__":
    console.run(main)
