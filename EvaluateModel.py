"""Train and test models on every fold, or test trained ones on a folder; writes evaluated/ with a leaderboard."""

from pathlib import Path

from classifier.core import arguments, console
from classifier.data.duplicates import HELP, WAYS
from classifier.storage.locations import is_remote, parse_location
from Constants import EVALUATED, SAMPLE_RATE

# Parameters: change them here, or give them on the command line.
MODEL = "signal,mel"  # files of classifier/models, trained on every fold; or trained folders and .tflite, only tested
DATA = None  # a folder of recordings, or a csv file; None: data_long, or data_short while that is empty
LAYOUT = None  # a file of classifier/data/layouts; None: recognised
GROUP_BY = None  # a column, or a regular expression whose first group, in the file name, says who; None: files alone
FOLDS_BY = None  # the same, for the corpus, site or microphone: each is left out once; None: folds by group
SEED = 0  # same seed, same folds, same weights
DUPLICATES = "error"  # when two labels have the same sound: error, drop all its copies, or keep them
OVERLAP = 0.0  # share of a window that the next one repeats in a test; 0: they touch, as in training
CROPS = None  # so many windows of each recording, spread over it, are tested instead
INNER_FOLDS = 3  # on how many folds a search tries each recipe
OUT = EVALUATED


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL, help="names with commas, all, or trained ones (default: %(default)s)")
    parser.add_argument(
        "--data", default=DATA, type=parse_location, help="path or address (default: data_long, or data_short)"
    )
    parser.add_argument("--layout", default=LAYOUT, help="how the data is laid out (default: recognised)")
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="the labels in the order of the outputs, one per line"
    )
    parser.add_argument(
        "--multi-label", action="store_true", help="several labels at once: a list of them in a table, or times overlap"
    )
    arguments.add_group_by(parser, GROUP_BY)
    arguments.add_folds_by(parser, FOLDS_BY)
    parser.add_argument("--ignore-folds", action="store_true", help="deal by group where the data set has folds")
    parser.add_argument("--folds", help="which folds test, such as 0,2 (default: all)")
    parser.add_argument("--seed", default=SEED, type=arguments.at_least(0), help="default: %(default)s")
    parser.add_argument(
        "--background-noise", type=Path, metavar="FOLDER", help="recordings to mix behind training windows"
    )
    parser.add_argument(
        "--fine-tune",
        type=arguments.at_least(0),
        metavar="N",
        help="last layers of a pretrained network that learn",
    )
    arguments.add_teacher(parser, "a name, to train it on each fold first, or a folder of evaluated folds")
    arguments.add_weights(parser)
    parser.add_argument("--epochs", type=arguments.at_least(1), help="at most so many, instead of the recipe's")
    parser.add_argument(
        "--recipe", metavar="FILE", help="values to replace in the recipe: a JSON file, or the JSON itself"
    )
    parser.add_argument("--paper", action="store_true", help="train as the paper does, to the letter")
    parser.add_argument(
        "--window", type=float, metavar="SECONDS", help="length of a window, if not that of Constants.py"
    )
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help=f"another rate than {SAMPLE_RATE}")
    parser.add_argument("--duplicates", default=DUPLICATES, choices=WAYS, help=HELP)
    arguments.add_channel(parser)
    parser.add_argument(
        "--learning-curve", action="store_true", help="learn from fewer recordings, too (2 to 4 times as long)"
    )
    parser.add_argument(
        "--search",
        type=arguments.at_least(1),
        metavar="N",
        help="try N recipes for each fold, on folds inside what it learns from; writes MODEL_recipe.json",
    )
    parser.add_argument(
        "--inner-folds",
        default=INNER_FOLDS,
        type=arguments.at_least(1),
        metavar="N",
        help="of a search: on how many folds each recipe is tried (default: %(default)s)",
    )
    parser.add_argument("--vote", action="store_true", help="the windows of a recording vote on its label (else: mean)")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of the windows that are tested: 0.5 is half")
    parser.add_argument(
        "--crops",
        default=CROPS,
        type=arguments.at_least(1),
        metavar="N",
        help="test N windows of each recording, spread over it, whose mean decides on the recording",
    )
    arguments.add_map(parser)
    arguments.add_negatives(parser, "false alarms of trained models are counted in them, others are trained with them")
    arguments.add_unlabelled(parser)
    parser.add_argument("--no-refit", action="store_true", help="do not train again on train and validation recordings")
    parser.add_argument("--jobs", type=arguments.at_least(1), help="trainings at once (default: by cores and memory)")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster that trains (docs/guide/many_machines.md)"
    )
    parser.add_argument("--out", default=OUT, type=parse_location, help="a path or an address (default: evaluated)")
    args = parser.parse_args(argv)

    from classifier.evaluation.config import EvaluationConfig

    config = EvaluationConfig.from_args(args)

    from classifier.data import clips
    from classifier.reporting import evaluation_tables
    from classifier.storage import mirror

    try:
        best, wrote = evaluated(config, mirror.local_path(config.out))
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command goes on from there: trained folds are kept") from None
    if is_remote(config.out):
        mirror.upload(mirror.local_path(config.out), str(config.out))
    console.notes({"left out": clips.left_out(config.data, config.layout)})
    print(f"wrote {config.out}: {evaluation_tables.LEADERBOARD}, a json and {wrote} per model; ", end="")
    print(f"next: {evaluation_tables.next_step(best, config)}")


def evaluated(config, out):
    """Evaluate, print and write the results; returns the best, and what was written beside each json."""
    if config.multi_label:
        from classifier.evaluation import multi_label_folds
        from classifier.reporting import multi_label_folds as tables

        return tables.report(multi_label_folds.evaluate(config), out), "a csv"
    from classifier.evaluation.evaluate import evaluate
    from classifier.reporting import evaluation_tables

    return evaluation_tables.report(evaluate(config), out), "confusion matrices"


if __name__ == "__main__":
    console.run(main)
