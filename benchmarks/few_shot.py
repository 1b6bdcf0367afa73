"""What a few recordings per label are worth: models on pretrained networks against models from scratch.

    python -m benchmarks.few_shot --data ../shared/data/esc10

A draw takes --shots recordings of each label from what its fold does not test: four fifths for training, one for
validation. All recordings of the fold are tested. Finished trainings are kept in --out and not repeated.
"""

import numpy as np

import TrainModel
from benchmarks import trainings
from classifier.core import console
from classifier.data import splits
from classifier.data.layouts.split_files import SPLITS
from classifier.records import artifact

TO_CHOOSE_BY = 5  # a fifth of the shots


def main(argv=None):
    parser = trainings.parser(__doc__, "few_shot", "yamnet_transfer,yamnet_small,residual")
    parser.add_argument("--shots", type=int, default=10, help="recordings a label (default: %(default)s)")
    parser.add_argument("--draws", type=int, default=splits.FOLDS, help="default: %(default)s")
    args = parser.parse_args(argv)

    args.data, models = args.data.resolve(), args.model.split(",")
    held = trainings.recordings(args)
    right = {model: [] for model in models}
    for draw in range(args.draws):
        out = args.out / f"{args.data.name}_{args.shots}_shots" / f"draw_{draw}"
        if not out.exists():
            _write_lists(held, draw, args.shots, out)
        for model in models:
            if not (out / model / artifact.RUN).is_file():
                TrainModel.main(["--model", model, "--data", str(out), "--trained", str(out)])
            right[model].append(artifact.load(out / model).record.scores.recordings.accuracy)
    rows = [
        [model, f"{np.mean(r):.1%} ± {np.std(r, ddof=1):.1%}", *(f"{v:.1%}" for v in r)] for model, r in right.items()
    ]
    print(f"recordings right, {args.shots} a label to learn from and to choose by:")
    console.table(["model", "mean ± sd", *(f"draw {draw}" for draw in range(args.draws))], rows)


def _write_lists(held, draw, shots, folder):
    """A data set of the layout split_files: recordings by their absolute paths, and the split of each."""
    split_of, random = splits.split(held.clips, held.contents, draw), np.random.default_rng(draw)
    labels = sorted({clip.label for clip in held.clips})
    chosen = {"train": [], "validation": [], "test": np.flatnonzero(split_of == "test")}
    for label in labels:
        of_label = [i for i, clip in enumerate(held.clips) if clip.label == label and split_of[i] != "test"]
        drawn = random.permutation(of_label)[:shots]
        chosen["validation"].extend(drawn[: len(drawn) // TO_CHOOSE_BY])
        chosen["train"].extend(drawn[len(drawn) // TO_CHOOSE_BY :])
    folder.mkdir(parents=True)
    for split_name, clips in chosen.items():
        lines = [f"{held.clips[i].path} {labels.index(held.clips[i].label)}\n" for i in clips]
        (folder / SPLITS[split_name]).write_text("".join(lines), encoding="utf-8")
    (folder / "classes.txt").write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")


if __name__ == "__main__":
    console.run(main)
