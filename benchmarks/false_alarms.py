"""False alarms and misses of a model that has learned what background is, over background it has never heard.

    python -m benchmarks.false_alarms --data ../shared/data/voices --group-by '^([^_]+)_' \\
        --background ../shared/data/esc10

One table lists the recordings and, under the label "background", those of another data set; EvaluateModel.py trains and
tests every fold of it. Each model is asked about groups it has never heard, at thresholds that its validation split
chose; together they hear all of the background. Finished trainings are kept in --out and not repeated.
"""

import csv
from pathlib import Path

import EvaluateModel
from classifier.core import arguments, console
from classifier.data import clips
from Constants import BACKGROUND, EVALUATED


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of recordings")
    parser.add_argument("--group-by", metavar="REGEX")
    parser.add_argument("--negatives", type=Path, required=True, help="a data set that is all background")
    parser.add_argument("--model", default="residual", help="default: %(default)s")
    parser.add_argument("--epochs", help="instead of the recipe's")
    parser.add_argument("--jobs", help="trainings at once")
    parser.add_argument("--out", type=Path, default=EVALUATED / "false_alarms", help="default: %(default)s")
    args = parser.parse_args(argv)

    args.out.mkdir(parents=True, exist_ok=True)
    rows = [(clip.path, clip.label, clip.group) for clip in clips.read_clips(args.data.resolve(), args.group_by)]
    rows += [(clip.path, BACKGROUND, clip.group) for clip in clips.read_clips(args.background.resolve())]
    with (args.out / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("path", "label", "group"), *rows])
    command = ["--model", args.model, "--data", args.out / "table.csv", "--labels", args.out / "labels.txt"]
    command += ["--out", args.out, *(["--epochs", args.epochs] if args.epochs else [])]
    EvaluateModel.main([*map(str, command), *(["--jobs", args.jobs] if args.jobs else [])])


if __name__ == "__main__":
    console.run(main)
