"""What each technique of a recipe brings on held-out groups: a row per change, mean and spread over seeds.

    python -m benchmarks.ingredients --data ../shared/data/voices --group-by '^([^_]+)_' --fold 1 --seeds 3 --epochs 12

Trains a model once per change and seed on one fold, everything else as it ships. A seed also deals the groups, so that
every seed tests others; hence the differences, seed by seed, from what ships. Validation is what a choice may look at;
test stands beside it for honesty. Finished trainings are kept in --out and not repeated.
"""

import csv
from dataclasses import replace

import numpy as np

from benchmarks import trainings
from classifier.core import console, parallel, registry
from classifier.evaluation import fold_processes
from classifier.records import artifact
from classifier.training import data

CHANGES = {
    "as it ships": {},
    "no shift": {"shift": 0.0},
    "no noise": {"noise_snr_db": None},
    "pitch and tempo, each its own": {"pitch": 2.0, "stretch": 0.15},
    "speed": {"speed": 0.1},
    "early ends": {"crop": 0.9},
    "equaliser": {"equaliser_db": 8.0},
    "masks on the features": {"masks": 0.2},
    "mixup": {"mixup": 0.3},
    "label smoothing": {"label_smoothing": 0.1},
    "mean of the five best epochs": {"patience": 1000, "averaged": 5},
}


def main(argv=None):
    parser = trainings.parser(__doc__, "ingredients", "residual")
    parser.add_argument("--fold", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=1, help="how many (default: %(default)s)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument(
        "--jobs", type=int, default=fold_processes.default_jobs(), help="trainings at once (default: %(default)s)"
    )
    args = parser.parse_args(argv)

    args.out.mkdir(parents=True, exist_ok=True)
    data.load(
        trainings.config_of(args, args.model, 0, args.epochs, args.out)
    )  # decoded once, before there are several processes
    calls = [(args, what, seed) for what in CHANGES for seed in range(args.seeds)]
    found = list(parallel.results(_balanced_accuracies, calls, at_once=args.jobs, in_order=True))
    found = np.array(found).reshape(len(CHANGES), args.seeds, 2)
    rows = []
    for what, scores in zip(CHANGES, found, strict=True):
        change = scores - found[0]
        rows.append([what, *map(_spread, scores.T), *(_spread(of_split, sign="+") for of_split in change.T)])
    console.table(["recipe", "validation, balanced accuracy", "test", "validation, change", "test, change"], rows)


def _balanced_accuracies(args, what, seed):
    """Balanced accuracy of the validation split and of the test split, after a training."""
    out = args.out / f"{args.data.name}_fold_{args.fold}" / f"seed_{seed}" / what
    if not (out / args.model / artifact.RUN).is_file():
        console.import_tensorflow()
        from classifier.export.convert import try_export
        from classifier.training.train import train

        model_file = registry.load("models", args.model)
        ships = model_file.RECIPE
        model_file.RECIPE = replace(ships, **CHANGES[what])
        out.mkdir(parents=True, exist_ok=True)
        config = trainings.config_of(args, args.model, seed, args.epochs, out)
        list(train(config, data.load(config), try_export))
        model_file.RECIPE = ships  # this process may train another
    trained = artifact.load(out / args.model)
    with (trained.folder / artifact.HISTORY).open() as file:
        validation = [float(row["validation_balanced_accuracy"]) for row in csv.DictReader(file)]
    kept = validation[trained.record.best_epoch - 1]
    return kept, trained.record.scores.windows.balanced_accuracy


def _spread(values, sign=""):
    sd = f" ± {values.std(ddof=1):.1%}" if len(values) > 1 else ""
    return f"{values.mean():{sign}.1%}{sd}"


if __name__ == "__main__":
    console.run(main)
