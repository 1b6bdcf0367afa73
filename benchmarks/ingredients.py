"""What each technique of a recipe brings on held-out groups: a row per change, mean and spread over seeds.

    python -m benchmarks.ingredients --data ../shared/data/voices --group-by '^([^_]+)_' --fold 1 --seeds 3 --epochs 12

Trains a model once per change and seed on one fold, everything else as it ships. A seed also deals the groups, so that
every seed tests others; hence the differences, seed by seed, from what ships. Validation is what a choice may look at;
test stands beside it for honesty. Finished trainings are kept in --out and not repeated.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.core import arguments, console, parallel, registry
from classifier.data import audio_cache, clips
from classifier.evaluation import fold_processes
from classifier.records import artifact
from classifier.records.audio_format import make_audio_format
from Constants import EVALUATED

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
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of recordings")
    parser.add_argument("--group-by", metavar="REGEX")
    parser.add_argument("--model", default="residual", help="default: %(default)s")
    parser.add_argument("--fold", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=1, help="how many (default: %(default)s)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument(
        "--jobs", type=int, default=fold_processes.default_jobs(), help="trainings at once (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=EVALUATED / "ingredients", help="default: %(default)s")
    args = parser.parse_args(argv)

    args.data = args.data.resolve()
    recordings(args)  # decoded once, before there are several processes
    calls = [(args, what, seed) for what in CHANGES for seed in range(args.seeds)]
    found = list(parallel.results(_recalls, calls, at_once=args.jobs, in_order=True))
    found = np.array(found).reshape(len(CHANGES), args.seeds, 2)
    rows = []
    for what, scores in zip(CHANGES, found, strict=True):
        change = scores - found[0]
        rows.append([what, *map(_spread, scores.T), *(_spread(split_name, sign="+") for split_name in change.T)])
    console.table(["recipe", "validation, balanced accuracy", "test", "validation, change", "test, change"], rows)


def recordings(args):
    found = clips.read_clips(args.data, args.group_by)
    return audio_cache.read(found, args.data, make_audio_format().sample_rate)


def run_of(args, seed, epochs):
    """What TrainModel.py notes of a training of these flags; the other ones are not given."""
    decided = {"data": str(args.data), "group_by": args.group_by, "fold": args.fold, "seed": seed, "epochs": epochs}
    return decided | dict.fromkeys(("layout", "background_noise", "fine_tune", "paper", "seconds", "sample_rate"))


def _recalls(args, what, seed):
    """Balanced accuracy of the validation split and of the test split, after a training."""
    out = args.out / f"{args.data.name}_fold_{args.fold}" / f"seed_{seed}" / what
    if not (out / args.model / artifact.RUN).is_file():
        console.import_tensorflow()
        from classifier.training import train

        model_file = registry.load("models", args.model)
        ships = model_file.RECIPE
        model_file.RECIPE = replace(ships, **CHANGES[what])
        held = recordings(args)
        labels = sorted({clip.label for clip in held.clips})
        run = run_of(args, seed, args.epochs)
        train.train(args.model, held, labels, make_audio_format(), run, out)
        model_file.RECIPE = ships  # this process may train another
    trained = artifact.load(out / args.model)
    with (trained.folder / artifact.HISTORY).open() as file:
        validation = [float(row["validation_balanced_accuracy"]) for row in csv.DictReader(file)]
    kept = validation[trained.run["best_epoch"] - 1]
    return kept, trained.run["scores"]["windows"]["balanced_accuracy"]


def _spread(values, sign=""):
    sd = f" ± {values.std(ddof=1):.1%}" if len(values) > 1 else ""
    return f"{values.mean():{sign}.1%}{sd}"


if __name__ == "__main__":
    console.run(main)
