"""How much a split by piece flatters: the same recipe on the same recordings, split by recording and by piece.

    python -m benchmarks.leak --data ../shared/data/esc10 --epochs 60

Each recording is cut into pieces that are saved as files of their own, as many a tutorial does; to every tool they then
look like recordings. Trains and tests fold 0 of the one and of the other. Finished trainings are kept in --out.
"""

import argparse
from pathlib import Path

import EvaluateModel
from classifier import clips, console, recording
from Constants import EVALUATED, cut_audio, make_contract


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of recordings")
    parser.add_argument("--group-by", metavar="REGEX")
    parser.add_argument("--model", default="residual", help="default: %(default)s")
    parser.add_argument("--epochs", help="instead of the recipe's")
    parser.add_argument("--out", type=Path, default=EVALUATED / "leak", help="default: %(default)s")
    args = parser.parse_args(argv)

    whole, cut = args.data.resolve(), args.out / "pieces"
    if not cut.exists():
        _cut(clips.read_clips(whole), cut)
    for name, data, group_by in (("by_recording", whole, args.group_by), ("by_piece", cut, None)):
        print(f"split {name.replace('_', ' ')}:")
        command = ["--model", args.model, "--data", data, "--folds", 0, "--labels", args.out / "labels.txt"]
        command += ["--out", args.out / name, *(["--epochs", args.epochs] if args.epochs else [])]
        EvaluateModel.main([*map(str, command), *(["--group-by", group_by] if group_by else [])])


def _cut(found, folder):
    contract = make_contract()
    for number, clip in enumerate(console.progress(found, "cutting recordings into pieces")):
        signal = recording.read(clip.path, contract.sample_rate)
        for i, piece in enumerate(cut_audio(signal, contract.piece_length)):
            path = folder / clip.label / f"{number}_{i}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            recording.write(path, piece, contract.sample_rate)


if __name__ == "__main__":
    console.run(main)
