"""What each technique of a recipe brings on held-out groups or sources: a row per change, mean and spread over seeds.

    python -m benchmarks.ingredients --data ../shared/data/voices --group-by '^([^_]+)_' --fold 1 --seeds 3 --epochs 12
    python -m benchmarks.ingredients --data ../shared/data/voices --group-by '^([^_]+)_' --folds-by '^([^-]+)-'

Trains a model once per change, seed and fold, everything else as it ships; with --folds-by each source is a fold, and
what all of them predict is pooled. A seed also deals the groups, so that every seed has others; hence the differences,
seed by seed, from what ships. Validation is what a choice may look at; test stands beside it for honesty. Each finished
training is a line of the csv, and is not repeated.
"""

import csv
import json
import shutil
from pathlib import Path

import numpy as np

from benchmarks import trainings
from classifier.core import console, parallel
from classifier.core.arguments import add_folds_by
from classifier.data import splits
from classifier.evaluation import fold_processes
from classifier.records import artifact
from classifier.training import data

BACKGROUND = "background at 0 to 25 dB"
CHANGES = {
    "as it ships": {},
    "no shift": {"shift": 0.0},
    "no noise": {"noise_snr_db": None},
    "gain of 24 dB": {"gain_db": 24.0},
    "pitch and tempo, each its own": {"pitch": 2.0, "stretch": 0.15},
    "speed": {"speed": 0.1},
    "early ends": {"crop": 0.9},
    "equaliser": {"equaliser_db": 8.0},
    "masks on the features": {"masks": 0.2},
    "mixup": {"mixup": 0.3},
    "label smoothing": {"label_smoothing": 0.1},
    "mean of the five best epochs": {"patience": 1000, "averaged": 5},
    "rooms": {"rt60_seconds": [0.1, 1.0]},
    "devices": {"devices_db": 8.0},
    "telephone": {"telephone": 0.2},
    "codecs": {"codecs": 0.2},
    "dropped bands": {"dropped_bands": 0.2},
    "mixstyle of frequencies": {"mixstyle": 0.4},
    BACKGROUND: {"background_snr_db": [0, 25]},
    "rooms, devices, telephone": {"rt60_seconds": [0.1, 1.0], "devices_db": 8.0, "telephone": 0.2},
    "between classes": {"between_class": True},
}
KEY = ("data", "model", "group_by", "folds_by", "background_noise", "epochs", "change", "seed", "fold")


def main(argv=None):
    parser = trainings.parser(__doc__, "ingredients", "residual")
    add_folds_by(parser, None)
    parser.add_argument("--fold", type=int, help="one fold (default: 0, or all sources)")
    parser.add_argument("--changes", help="numbers with commas, from 0, of the table (default: all)")
    parser.add_argument("--background-noise", type=Path, help=f"folder for {BACKGROUND!r} (default: silent labels)")
    parser.add_argument("--seeds", type=int, default=1, help="how many (default: %(default)s)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--rows", type=Path, help="the csv (default: ingredients.csv in --out)")
    parser.add_argument(
        "--jobs", type=int, default=fold_processes.default_jobs(), help="trainings at once (default: %(default)s)"
    )
    args = parser.parse_args(argv)

    path = args.rows or args.out / "ingredients.csv"
    for folder in (args.out, path.parent):
        folder.mkdir(parents=True, exist_ok=True)
    names = list(CHANGES)
    chosen = [names[int(number)] for number in args.changes.split(",")] if args.changes else names
    chosen = list(dict.fromkeys([names[0], *chosen]))  # what ships is what others are compared with
    wanted = [_key(args, what, seed, fold) for seed in range(args.seeds) for fold in _folds(args) for what in chosen]
    rows = trainings.read_rows(path, KEY)
    missing = [key for key in wanted if key not in rows]
    print(f"{len(wanted)} trainings, {len(wanted) - len(missing)} done before; rows go to {path}")
    for key, found in parallel.results(_trained, [(args, key) for key in missing], at_once=args.jobs):
        rows[key] = found
        trainings.append_row(path, dict(zip(KEY, key, strict=True)) | found)
    _show({key: rows[key] for key in wanted}, chosen, args.seeds)


def _folds(args):
    """The folds that test; the recordings are decoded here once, before there are several processes."""
    loaded = data.load(_config(args, 0, args.fold or 0, args.out))
    clips = next(iter(loaded.audio.values())).clips
    return [args.fold] if args.fold is not None else list(range(len(splits.source_names(clips)))) or [0]


def _config(args, seed, fold, out, **more):
    return trainings.config_of(args, args.model, seed, args.epochs, out, folds_by=args.folds_by, fold=fold, **more)


def _key(args, what, seed, fold):
    noise = args.background_noise.name if args.background_noise and what == BACKGROUND else None
    values = (args.data.name, args.model, args.group_by, args.folds_by, noise, args.epochs, what, seed, fold)
    return tuple("" if value is None else str(value) for value in values)


def _trained(args, key):
    """The key of a training, and what came of it; its folder is removed."""
    named = dict(zip(KEY, key, strict=True))
    what, seed, fold = named["change"], int(named["seed"]), int(named["fold"])
    console.import_tensorflow()
    from classifier.export.convert import try_export
    from classifier.training.train import train

    out = args.out / "-".join([str(list(CHANGES).index(what)), str(seed), str(fold)])
    out.mkdir(parents=True, exist_ok=True)
    recipe = out / "recipe.json"
    recipe.write_text(json.dumps(CHANGES[what]))
    noise = str(args.background_noise.resolve()) if named["background_noise"] else None
    config = _config(args, seed, fold, out, recipe=str(recipe), background_noise=noise)
    (trained,) = train(config, data.load(config), try_export)
    with (trained.folder / artifact.HISTORY).open() as file:
        validation = [float(row["validation_balanced_accuracy"]) for row in csv.DictReader(file)]
    windows = trained.record.scores.windows
    of_label = zip(trained.labels, windows.confusion, strict=True)
    right = {label: (counts[i], sum(counts)) for i, (label, counts) in enumerate(of_label)}
    found = {
        "source": trained.record.split.source or "",
        "validation": validation[trained.record.best_epoch - 1],
        "test": windows.balanced_accuracy,
        "right_of_windows": json.dumps(right),
    }
    shutil.rmtree(out)
    return key, found


def _show(rows, chosen, n_seeds):
    scores = np.array([[_scores(rows, what, seed) for seed in range(n_seeds)] for what in chosen])
    shown = []
    for what, of_seeds in zip(chosen, scores, strict=True):
        change = of_seeds - scores[0]
        shown.append([what, *map(_spread, of_seeds.T), *(_spread(of_split, sign="+") for of_split in change.T)])
    console.table(["recipe", "validation, balanced accuracy", "test", "validation, change", "test, change"], shown)


def _scores(rows, what, seed):
    """(validation, mean over the folds; test, all windows of all folds together), balanced accuracies."""
    of = [found for key, found in rows.items() if key[-3:-1] == (what, str(seed))]
    counts = [json.loads(found["right_of_windows"]) for found in of]
    right, n = (
        np.array([[fold.get(label, (0, 0))[i] for label in counts[0]] for fold in counts]).sum(axis=0) for i in (0, 1)
    )
    return np.mean([float(found["validation"]) for found in of]), np.mean(right[n > 0] / n[n > 0])


def _spread(values, sign=""):
    sd = f" ± {values.std(ddof=1):.1%}" if len(values) > 1 else ""
    return f"{values.mean():{sign}.1%}{sd}"


if __name__ == "__main__":
    console.run(main)
