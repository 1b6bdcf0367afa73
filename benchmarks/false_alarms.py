"""False alarms and misses of a model trained with background, over background that it was not trained on.

    python -m benchmarks.false_alarms --data ../shared/data/voices --group-by '^([^_]+)_' \\
        --negatives ../shared/data/esc10

One table lists the recordings and, under the label "background", those of another data set; EvaluateModel.py trains and
tests every fold of it. Each model is tested on groups it was not trained on, at thresholds that its validation split
chose; together they are tested on all of the background. Finished trainings are kept in --out and not repeated.
"""

import csv
from pathlib import Path

import EvaluateModel
from benchmarks import trainings
from classifier.core import console
from classifier.data import clips
from Constants import BACKGROUND


def main(argv=None):
    parser = trainings.parser(__doc__, "false_alarms", "residual")
    parser.add_argument("--negatives", type=Path, required=True, help="a data set that is all background")
    parser.add_argument("--epochs", help="instead of the recipe's")
    parser.add_argument("--jobs", help="trainings at once")
    args = parser.parse_args(argv)

    args.out.mkdir(parents=True, exist_ok=True)
    rows = [(clip.path, clip.label, clip.group) for clip in clips.read_clips(args.data.resolve(), args.group_by)]
    rows += [(clip.path, BACKGROUND, clip.group) for clip in clips.read_clips(args.negatives.resolve())]
    with (args.out / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("path", "label", "group"), *rows])
    command = ["--model", args.model, "--data", args.out / "table.csv"]
    command += ["--no-refit", "--out", args.out, *(["--epochs", args.epochs] if args.epochs else [])]
    EvaluateModel.main([*map(str, command), *(["--jobs", args.jobs] if args.jobs else [])])


if __name__ == "__main__":
    console.run(main)
