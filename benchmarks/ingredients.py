"""What each technique of a recipe brings on held-out groups: a row per change, mean and spread over seeds.

Trains a model once per change and seed on one fold, everything else as it ships. Validation is what a choice may look
at; test stands beside it for honesty. Finished trainings are kept in --out and not repeated.

    python -m benchmarks.ingredients --data ../shared/data/voices --group-by '^([^_]+)_' --fold 1
"""

import argparse
import csv
import statistics
from dataclasses import replace
from pathlib import Path

from classifier import artifact, clips, console, registry, store
from Constants import ROOT, make_contract

CHANGES = {
    "as it ships": {},
    "masks": {"masks": 0.2},
    "mixup": {"mixup": 0.3},
    "masks, best five averaged, adamw, warm-up": {"masks": 0.2, "averaged": 5, "optimizer": "adamw", "warm_up": 3},
    "masks, mixup, speed, background, smoothing": {
        "masks": 0.2,
        "mixup": 0.3,
        "speed": 0.1,
        "background_snr_db": (5, 30),
        "label_smoothing": 0.05,
    },
}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of recordings")
    parser.add_argument("--group-by", metavar="REGEX")
    parser.add_argument("--model", default="mel", help="default: %(default)s")
    parser.add_argument("--fold", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=1, help="how many (default: %(default)s)")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--out", type=Path, default=ROOT / "evaluated" / "ingredients", help="default: %(default)s")
    args = parser.parse_args(argv)

    data = args.data.resolve()
    found = clips.read_clips(data, args.group_by)
    labels, contract = sorted({clip.label for clip in found}), make_contract()
    recordings = store.read(found, data, contract.sample_rate)
    console.import_tensorflow()
    from classifier import training

    model_file = registry.load("models", args.model)
    ships = model_file.RECIPE
    settings = {"layout": None, "group_by": args.group_by, "paper": False, "seconds": None, "sample_rate": None}
    rows = []
    for what, change in CHANGES.items():
        scores = []
        for seed in range(args.seeds):
            out = args.out / f"fold_{args.fold}" / f"seed_{seed}" / what
            run = {"data": str(data), **settings, "fold": args.fold, "seed": seed, "epochs": args.epochs}
            model_file.RECIPE = replace(ships, **change)
            if (out / args.model / artifact.RUN).is_file():
                trained = artifact.load(out / args.model)
            else:
                trained = training.train(args.model, recordings, labels, contract, run, out)
            with (trained.folder / artifact.HISTORY).open() as file:
                validation = max(float(row["validation_mean_recall"]) for row in csv.DictReader(file))
            scores.append((validation, trained.run["scores"]["pieces"]["mean_recall"]))
        rows.append([what, *(_spread(values) for values in zip(*scores, strict=True))])
    console.table(["recipe", "validation, mean of the recalls", "test"], rows)


def _spread(values):
    mean = f"{statistics.mean(values):.1%}"
    return f"{mean} ± {statistics.stdev(values):.1%}" if len(values) > 1 else mean


if __name__ == "__main__":
    console.run(main)
