"""Train a gradient-boosting baseline, to compare networks with; writes boosted/boosting/."""

from pathlib import Path

from classifier.core import arguments, commands, console, places
from classifier.data.duplicates import HELP, WAYS
from classifier.evaluation.baselines.config import FEATURES as ALL_FEATURES
from classifier.evaluation.baselines.config import BoostingConfig
from classifier.records.audio_format import make_audio_format
from Constants import BOOSTED

# Parameters: change them here, or give them on the command line.
FEATURES = "summary"  # or mel: a mel spectrogram of 60 bands, window by window standardised
DATA = None  # a folder of recordings, or a csv file; None: data_long, or data_short while that is empty
LAYOUT = None  # a file of classifier/data/layouts; None: recognised
GROUP_BY = None  # a column, or a regular expression whose first group, in the file name, says who; None: files alone
FOLD = 0  # which of the folds tests
SEED = 0  # same seed, same trees
DUPLICATES = "error"  # when two labels have the same sound: error, drop all its copies, or keep them
CHANNEL = "mix"  # of recordings with several: mix, first, second, loudest, or each as a recording of its own
OVERLAP = 0.0  # share of a training window that the next one repeats; 0: they touch, as those of networks


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--features", default=FEATURES, help=f"{' or '.join(ALL_FEATURES)} (default: %(default)s)")
    parser.add_argument("--data", default=DATA, type=Path, help="default: data_long, or data_short while that is empty")
    parser.add_argument("--layout", default=LAYOUT, help="how the data is laid out (default: recognised)")
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="the labels in the order of the outputs, one per line"
    )
    arguments.add_group_by(parser, GROUP_BY)
    parser.add_argument("--ignore-folds", action="store_true", help="deal by group where the data set has folds")
    parser.add_argument("--fold", default=FOLD, type=arguments.at_least(0), help="which tests (default: %(default)s)")
    parser.add_argument("--seed", default=SEED, type=arguments.at_least(0), help="default: %(default)s")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows to learn from: 0.5 is half")
    parser.add_argument("--duplicates", default=DUPLICATES, choices=WAYS, help=HELP)
    arguments.add_channel(parser, CHANNEL)
    parser.add_argument("--no-cache", action="store_true", help="do not keep the decoded recordings for the next run")
    parser.add_argument("--out", default=BOOSTED, type=Path, help="folder for the result (default: boosted)")
    args = parser.parse_args(argv)

    config = BoostingConfig.from_args(args)
    places.check_writable(config.out)

    from classifier.data import audio_cache, clips, duplicates, learned, splits
    from classifier.data.labels import label_order
    from classifier.data.layouts import folder_of

    audio_format = make_audio_format()
    found = learned.read(config.data, config.group_by, config.layout, ignore_folds=config.ignore_folds)
    found = learned.complete(found, None, audio_format.seconds, config.group_by)
    labels = label_order(found, config.labels)
    recordings = audio_cache.read(found, config.data, audio_format.sample_rate, config.keep_cache, config.channel)
    recordings = duplicates.settle(recordings, folder_of(config.data), config.duplicates)
    split = splits.split(recordings.clips, recordings.contents, config.fold, config.seed)
    for sentence in splits.untested(recordings.clips, {config.fold: split}):
        console.warn(sentence)
    console.import_tensorflow()
    from classifier.evaluation.baselines import boosting
    from classifier.reporting import boosting_report

    result = boosting.train(recordings, split, labels, audio_format, config)
    boosting_report.report(result, config.out / boosting.NAME)
    console.notes({"recordings skipped": [reason for _, reason in recordings.skipped]})
    console.notes({"left out": clips.left_out(config.data, config.layout), **recordings.odd})
    same = {"data": args.data, "layout": args.layout, "group_by": args.group_by, "ignore_folds": args.ignore_folds}
    same |= {"labels": args.labels, "fold": commands.unless(args.fold, FOLD)}
    same |= {"channel": commands.unless(args.channel, CHANNEL)}
    next_step = commands.script("TrainModel.py", **same, seed=commands.unless(args.seed, SEED))
    print(f"wrote {config.out / boosting.NAME}; to compare networks with it, next: {next_step}")


if __name__ == "__main__":
    console.run(main)
