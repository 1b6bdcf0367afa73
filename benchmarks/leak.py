"""How much a split by piece flatters: the same pieces, the same recipe, split by source and split by piece.

    python -m benchmarks.leak --data ../shared/data/esc10 --epochs 60

Each recording is cut into pieces that are saved as files of their own, as many a tutorial does; to every tool they then
look like recordings. Their names begin with the number of their group, so that one of the two splits can keep to it.
Trains and tests five folds of each. Finished trainings are kept in --out and not repeated.
"""

import argparse
from pathlib import Path

import EvaluateModel
from classifier.audio import recording
from classifier.audio.windows import cut_audio
from classifier.core import console
from classifier.data import clips
from classifier.records.audio_format import make_contract
from Constants import EVALUATED


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of recordings")
    parser.add_argument("--group-by", metavar="REGEX")
    parser.add_argument("--model", default="residual", help="default: %(default)s")
    parser.add_argument("--epochs", help="instead of the recipe's")
    parser.add_argument("--out", type=Path, default=EVALUATED / "leak", help="default: %(default)s")
    args = parser.parse_args(argv)

    pieces = args.out / "pieces"
    if not pieces.exists():
        _cut(clips.read_clips(args.data.resolve(), args.group_by), pieces)
    command = ["--model", args.model, "--data", pieces, "--labels", args.out / "labels.txt"]
    command += ["--epochs", args.epochs] if args.epochs else []
    for split, group_by in (("by source", ["--group-by", r"^(\d+)_"]), ("by piece", [])):
        print(f"split {split}:")
        EvaluateModel.main([*map(str, command), *group_by, "--out", str(args.out / split)])


def _cut(found, folder):
    contract, groups = make_contract(), sorted({clip.group for clip in found})
    for number, clip in enumerate(console.progress(found, "cutting recordings into pieces")):
        signal = recording.read(clip.path, contract.sample_rate)
        for i, piece in enumerate(cut_audio(signal, contract.piece_length)):
            path = folder / clip.label / f"{groups.index(clip.group)}_{number}_{i}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            recording.write(path, piece, contract.sample_rate)


if __name__ == "__main__":
    console.run(main)
