"""Train a gradient-boosting baseline, to hold networks against; writes boosted/boosting/."""

from pathlib import Path

from classifier.core import arguments, console
from classifier.records.audio_format import make_audio_format
from Constants import BOOSTED, LABELS_FILE

# Parameters: change them here, or give them on the command line.
FEATURES = "summary"  # or mel: a mel spectrogram of 60 bands, window by window standardised
DATA = None  # a folder of recordings, or a csv file; None: data_long, or data_short while that is empty
LAYOUT = None  # a file of classifier/layouts: how the data says what is what; None: found by looking
GROUP_BY = None  # a regular expression; its first group, in the file name, says who or where; None: every file alone
FOLD = 0  # which of the folds tests
SEED = 0  # same seed, same trees
OVERLAP = 0.0  # of the windows to learn from; 0: they touch, as those of networks


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    features = ("summary", "mel")
    parser.add_argument("--features", default=FEATURES, choices=features, help="default: %(default)s")
    parser.add_argument("--data", default=DATA, type=Path, help="default: data_long, or data_short while that is empty")
    parser.add_argument("--layout", default=LAYOUT, help="how the data lies there (default: found by looking)")
    parser.add_argument("--labels", default=LABELS_FILE, type=Path, help="a label a line, in the order of the outputs")
    parser.add_argument("--group-by", default=GROUP_BY, metavar="REGEX", help="keeps files of one group in one split")
    parser.add_argument("--fold", default=FOLD, type=arguments.at_least(0), help="which tests (default: %(default)s)")
    parser.add_argument("--seed", default=SEED, type=arguments.at_least(0), help="default: %(default)s")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows to learn from: 0.5 is half")
    parser.add_argument("--no-cache", action="store_true", help="do not keep the decoded recordings for the next run")
    parser.add_argument("--out", default=BOOSTED, type=Path, help="folder for the result (default: boosted)")
    args = parser.parse_args(argv)

    from classifier.data import audio_cache, clips

    data = (args.data or clips.default_data()).resolve()
    kept = ("layout", "group_by", "fold", "seed", "features", "overlap")
    run = {"data": str(data), **{name: getattr(args, name) for name in kept}}
    audio_format = make_audio_format()
    found = clips.read_clips(data, args.group_by, args.layout)
    labels = clips.label_order(found, args.labels)
    recordings = audio_cache.read(found, data, audio_format.sample_rate, not args.no_cache)
    console.import_tensorflow()
    from classifier.evaluation.baselines import boosting
    from classifier.reporting import tables

    described = boosting.train(recordings, labels, audio_format, run, args.out)
    leaks = len(described["split"]["groups_in_two_splits"])
    tables.tested({**described, "recordings_by": "mean", "folds": [{"fold": args.fold, "groups_in_two_splits": leaks}]})
    windows, chance = described["scores"]["windows"], described["scores"]["chance"]
    shares = zip(labels, windows["confusion"], strict=True)
    print(f"balanced accuracy {windows['balanced_accuracy']:.1%}, guessing {chance:.1%}; ", end="")
    print(f"mean PR-AUC {windows['macro_pr_auc']:.1%}, guessing a label's share of the windows: ", end="")
    print(", ".join(f"{label} {sum(row) / windows['n']:.1%}" for label, row in shares))
    best = ", ".join(f"{name} {value}" for name, value in described["recipe"].items())
    print(f"{best}: the best of {len(described['grid']['tried'])} settings; {described['training_seconds']:.0f} s")
    console.notes({"recordings skipped": [reason for _, reason in recordings.skipped]})
    print(f"wrote {args.out / boosting.NAME}; next: python TrainModel.py, for networks to hold against it")


if __name__ == "__main__":
    console.run(main)
