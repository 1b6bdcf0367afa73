"""Step 1: train models on a folder of recordings; writes trained/<model>/."""

from pathlib import Path

from classifier.core import arguments, commands, console
from classifier.data.duplicates import HELP, WAYS
from classifier.records import auto
from classifier.records.refit import NONE, REFITS
from classifier.records.training_config import TrainingConfig
from classifier.storage.locations import parse_location
from Constants import SAMPLE_RATE, TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "signal,mel"  # files of classifier/models; or auto: the best of a few that suit most data
DATA = None  # a folder of recordings, or a csv file; None: data_long, or data_short while that is empty
LAYOUT = None  # a file of classifier/data/layouts: how the data says what is what; None: found by looking
GROUP_BY = None  # a column, or a regular expression whose first group, in the file name, says who; None: files alone
FOLDS_BY = None  # the same, for the corpus, site or microphone: each is a fold; None: folds are dealt by group
FOLD = 0  # which of the folds tests
SEED = 0  # same seed, same weights
DUPLICATES = "error"  # when two labels have the same sound: error, drop all its copies, or keep them
CHANNEL = "mix"  # of recordings with several: mix, first, second, loudest, or each as a recording of its own
REFIT = "all"  # the recordings that the model that ships is trained on again, after the test: all, without-test, none


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL, help="names with commas, all, or auto (default: %(default)s)")
    parser.add_argument(
        "--data", default=DATA, type=parse_location, help="path or address (default: data_long, or data_short)"
    )
    parser.add_argument("--layout", default=LAYOUT, help="how the data lies there (default: found by looking)")
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="the labels in the order of the outputs, one per line"
    )
    parser.add_argument(
        "--multi-label", action="store_true", help="several labels at once: a list of them in a table, or times overlap"
    )
    arguments.add_group_by(parser, GROUP_BY)
    arguments.add_folds_by(parser, FOLDS_BY)
    parser.add_argument("--ignore-folds", action="store_true", help="deal by group where the data set has folds")
    parser.add_argument(
        "--fold", default=FOLD, type=arguments.at_least(0), help="which fold tests (default: %(default)s)"
    )
    parser.add_argument(
        "--outside-fold",
        type=arguments.at_least(0),
        metavar="N",
        help="leave out what fold N tests and deal the others into folds: for choices that fold N then tests",
    )
    parser.add_argument("--seed", default=SEED, type=arguments.at_least(0), help="default: %(default)s")
    parser.add_argument(
        "--background-noise", type=Path, metavar="FOLDER", help="recordings to mix in behind training windows"
    )
    arguments.add_negatives(parser, "they are learned as a label of their own, and mixed in behind the others")
    arguments.add_unlabelled(parser)
    parser.add_argument(
        "--fine-tune",
        type=arguments.at_least(0),
        metavar="N",
        help="last layers of a pretrained network that learn",
    )
    arguments.add_teacher(parser, "a trained one's name or folder")
    arguments.add_weights(parser)
    parser.add_argument("--train-share", type=float, metavar="SHARE", help="learn from this part of the groups only")
    parser.add_argument(
        "--max-minutes", type=float, metavar="M", help="end in so many minutes: the best epoch until then ships"
    )
    parser.add_argument("--epochs", type=arguments.at_least(1), help="at most so many, instead of the recipe's")
    parser.add_argument(
        "--from",
        dest="start",
        type=Path,
        metavar="FOLDER",
        help="a trained model to start from; its recordings keep their split, labels may come and go",
    )
    parser.add_argument("--resume", action="store_true", help="go on where the same training was killed")
    parser.add_argument("--overwrite", action="store_true", help="replace a trained model, also one of other labels")
    parser.add_argument(
        "--recipe", metavar="FILE", help="values to replace in the recipe: a JSON file, or the JSON itself"
    )
    parser.add_argument("--paper", action="store_true", help="train as the paper does, to the letter")
    parser.add_argument(
        "--normal", metavar="LABEL", help="what normal_only learns, of several labels (default: normal)"
    )
    parser.add_argument(
        "--false-alarm-rate", type=float, metavar="SHARE", help="of normal windows: gives its threshold (default: 0.05)"
    )
    parser.add_argument(
        "--window", type=float, metavar="SECONDS", help="length of a window, if not that of Constants.py"
    )
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help=f"another rate than {SAMPLE_RATE}")
    parser.add_argument("--duplicates", default=DUPLICATES, choices=WAYS, help=HELP)
    arguments.add_channel(parser, CHANNEL)
    parser.add_argument("--no-cache", action="store_true", help="do not keep the decoded recordings for the next run")
    parser.add_argument(
        "--refit",
        default=REFIT,
        choices=tuple(REFITS),
        help="what the model that ships is trained on again, after the test split has measured (default: %(default)s)",
    )
    parser.add_argument("--no-refit", dest="refit", action="store_const", const=NONE, help="ship the held-out model")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    several = parser.add_argument_group("several processes, see docs/guide/many_machines.md")
    several.add_argument("--coordinator", metavar="HOST:PORT", help="where they meet: an address of process 0")
    several.add_argument("--processes", type=arguments.at_least(1), metavar="N", help="how many there are")
    several.add_argument("--process", type=arguments.at_least(0), metavar="K", help="which one this is, from 0")
    args = parser.parse_args(argv)
    from classifier.training import start

    args = start.complete(args, MODEL)
    config = TrainingConfig.from_args(args)  # checks everything that can be checked before TensorFlow

    from classifier.records import choice
    from classifier.training import data as training_data
    from classifier.training import replaced, unfinished
    from classifier.training.time_limit import TimeLimit

    limit = TimeLimit.of(config.max_minutes)
    data = training_data.load(config)
    replaced.check(config, data)
    unfinished.check(config, data)
    with unfinished.alone(config, data):
        console.import_keras()  # takes seconds: what is wrong with the data is said before
        from classifier.export.convert import try_export
        from classifier.reporting import html_report, tables
        from classifier.training import one_class
        from classifier.training.train import train

        done, told = [], (config, data, try_export)
        with unfinished.told(config, data):
            for trained in train(*told, limit) if config.normal is None else one_class.train(*told):
                done.append(trained.name)
                tables.scores(trained)
                print(f"  report: {html_report.write(trained)}")
    if config.team and config.team.process:
        return
    tables.skipped(data)
    tables.heard(data)
    tables.left_out(config)
    tables.not_begun(config, data.audio_formats, done)
    if config.start:
        print(f"to compare it with the model it started from: {start.comparison(config, config.models[0])}")
    models = ",".join(done)
    if args.model == auto.AUTO:
        models = choice.of_training(config.trained, done)
    elif args.model == MODEL and (words := auto.advice(config, data.labels_of_clips)):
        print(words)
    written = ", ".join(str(config.trained / name) for name in done)
    model, trained = commands.unless(models, MODEL), commands.unless(config.trained, TRAINED)
    print(f"wrote {written}; next: {commands.script('ConvertModelToTFLite.py', model=model, trained=trained)}")


if __name__ == "__main__":
    console.run(main)
