"""How much a split by window flatters: the same windows, the same recipe, split by source and split by window.

    python -m benchmarks.leak --data ../shared/data/esc10 --epochs 60

Each recording is cut into windows that are saved as files of their own, as many tutorials do; to every tool they then
look like recordings. Their names begin with the number of their group, so that one of the two splits can keep to it.
Trains and tests five folds of each. Finished trainings are kept in --out and not repeated.
"""

import EvaluateModel
from benchmarks import trainings
from classifier.audio import recording
from classifier.audio.windows import cut_audio
from classifier.core import console
from classifier.data import clips
from classifier.records.audio_format import make_audio_format


def main(argv=None):
    parser = trainings.parser(__doc__, "leak", "residual")
    parser.add_argument("--epochs", help="instead of the recipe's")
    args = parser.parse_args(argv)

    windows = args.out / "windows"
    if not windows.exists():
        _cut(clips.read_clips(args.data.resolve(), args.group_by), windows)
    command = ["--model", args.model, "--data", windows, "--no-refit"]
    command += ["--epochs", args.epochs] if args.epochs else []
    for split, group_by in (("by source", ["--group-by", r"^(\d+)_"]), ("by window", [])):
        print(f"split {split}:")
        EvaluateModel.main([*map(str, command), *group_by, "--out", str(args.out / split)])


def _cut(found, folder):
    audio_format, groups = make_audio_format(), sorted({clip.group for clip in found})
    for number, clip in enumerate(console.progress(found, "cutting recordings into windows")):
        signal = recording.read(clip.path, audio_format.sample_rate)
        for i, window in enumerate(cut_audio(signal, audio_format.window_length)):
            path = folder / clip.label / f"{groups.index(clip.group)}_{number}_{i}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            recording.write(path, window, audio_format.sample_rate)


if __name__ == "__main__":
    console.run(main)
