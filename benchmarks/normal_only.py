"""Each label of a data set as the normal one in turn: how well all others are told from it, beside an autoencoder.

    python -m benchmarks.normal_only --data ../shared/data/esc10 --models normal_only,normal_autoencoder --epochs 20

No abnormal recording is learned from. A row per model, label and fold goes into --out as it is finished; rows that are
there are not computed again. The interval of a difference is of labels that are drawn.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from classifier.core import console
from classifier.data import clips
from classifier.records.config import RunConfig
from classifier.records.training_config import TrainingConfig
from classifier.scoring import one_class as scoring
from Constants import ROOT

RESULTS = Path(__file__).resolve().parent / "results"
COLUMNS = ("model", "normal", "fold", "epochs", "auc", "partial_auc", "false_alarm_rate", "normal_recordings")
FIGURES = COLUMNS[4:7]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "data_short", help="default: %(default)s")
    parser.add_argument("--models", default="normal_only,normal_autoencoder", help="the last is the baseline")
    parser.add_argument("--group-by", help="as of TrainModel.py")
    parser.add_argument("--folds", default="0", help="with commas (default: %(default)s)")
    parser.add_argument("--epochs", type=int, help="of models that learn in epochs (default: the recipe's)")
    parser.add_argument("--out", type=Path, help="default: benchmarks/results/normal_only_DATA.csv")
    args = parser.parse_args(argv)

    out = args.out or RESULTS / f"normal_only_{args.data.name}.csv"
    labels = sorted({clip.label for clip in clips.read_clips(args.data.resolve(), args.group_by)})
    models = args.models.split(",")
    done = _done(out)
    for label in labels:
        for fold in map(int, args.folds.split(",")):
            for model in models:
                if (model, label, str(fold)) not in done:
                    _append(out, _measured(args, model, label, fold))
    _show(_done(out), models, labels)


def _measured(args, model, label, fold):
    """A row of COLUMNS."""
    console.import_tensorflow()
    from classifier.training import data, one_class

    settings = {"normal": label, "fold": fold, "group_by": args.group_by, "false_alarm_rate": 0.05}
    run = RunConfig(data=str(args.data.resolve()), epochs=args.epochs, **settings)
    config = TrainingConfig(**vars(run), models=(model,))
    fitted = one_class.fit(model, config, data.load(config))
    found = one_class.tested(fitted)
    measured = [found.auc, found.partial_auc, found.rate]
    rounded = [f"{value:.4f}" for value in measured]
    return [model, label, fold, fitted.recipe.epochs, *rounded, found.normal_recordings]


def _done(path):
    """{(model, label, fold): row} of what is there."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["model"], row["normal"], row["fold"]): row for row in csv.DictReader(file)}


def _append(path, row):
    is_new = not path.is_file()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, row] if is_new else [row])


def _show(rows, models, labels):
    """A table of means over folds, and how much better each model is than the last."""
    means = {
        model: np.array(
            [
                [
                    np.mean(
                        [float(row[figure]) for (of, normal, _), row in rows.items() if (of, normal) == (model, label)]
                    )
                    for figure in FIGURES
                ]
                for label in labels
            ]
        )
        for model in models
    }
    console.table(
        ["normal", *(f"{model}, {figure}" for model in models for figure in FIGURES[:2])],
        [[label, *(f"{means[model][i, j]:.3f}" for model in models for j in (0, 1))] for i, label in enumerate(labels)],
    )
    random = np.random.default_rng(0)
    drawn = random.integers(0, len(labels), (scoring.DRAWS, len(labels)))
    for model in models:
        auc, partial, rate = means[model].mean(axis=0)
        line = f"{model}: AUC {auc:.3f}, partial AUC {partial:.3f}, false alarms {rate:.1%} (5 % asked for)"
        if model != models[-1]:
            better = means[model][:, 0] - means[models[-1]][:, 0]
            low, high = np.percentile(better[drawn].mean(axis=1), scoring.INTERVAL)
            line += f"; AUC better than {models[-1]} by {better.mean():+.3f} ({low:+.3f} to {high:+.3f})"
        print(line)


if __name__ == "__main__":
    console.run(main)
