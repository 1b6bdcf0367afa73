"""Compare two trained models on the same recordings: better, worse, or what would tell; writes where they differ."""

from pathlib import Path

from classifier.core import arguments, commands, console
from classifier.data.duplicates import HELP, WAYS
from classifier.storage.locations import is_remote, parse_location
from Constants import EVALUATED, TRAINED

# Parameters: change them here, or give them on the command line.
DATA = None  # a folder of recordings, or a csv file; None: data_long, or data_short while that is empty
LAYOUT = None  # a file of classifier/data/layouts; None: recognised
GROUP_BY = None  # a column, or a regular expression whose first group, in the file name, says who; None: files alone
DUPLICATES = "error"  # when two labels have the same sound: error, drop all its copies, or keep them
OVERLAP = 0.0  # share of a window that the next one repeats; 0: they touch, as in training
SEED = 0  # of the recordings that are drawn for the interval
OUT = EVALUATED


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    model = "a folder, a name under --trained, or a .tflite"
    parser.add_argument("first", nargs="?", metavar="A", help=f"the model before: {model}")
    parser.add_argument("second", nargs="?", metavar="B", help="the model that is judged beside it, likewise")
    parser.add_argument(
        "--data", default=DATA, type=parse_location, help="path or address (default: data_long, or data_short)"
    )
    parser.add_argument("--layout", default=LAYOUT, help="how the data is laid out (default: recognised)")
    arguments.add_group_by(parser, GROUP_BY)
    arguments.add_map(parser)
    parser.add_argument("--duplicates", default=DUPLICATES, choices=WAYS, help=HELP)
    arguments.add_channel(parser, instead=arguments.ONE_BY_ONE)
    parser.add_argument("--vote", action="store_true", help="the windows of a recording vote on its label (else: mean)")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows: 0.5 is half (default: %(default)s)")
    parser.add_argument("--seed", default=SEED, type=arguments.at_least(0), help="default: %(default)s")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--out", default=OUT, type=parse_location, help="a path or an address (default: evaluated)")
    args = parser.parse_args(argv)

    from classifier.evaluation.comparison_config import ComparisonConfig

    config = ComparisonConfig.from_args(args)

    from classifier.data import clips
    from classifier.evaluation.comparison import compare
    from classifier.reporting import comparison_report
    from classifier.storage import mirror

    found = compare(config)
    written = mirror.local_path(config.out) / f"{config.stem}.csv"
    comparison_report.report(found, written)
    if is_remote(config.out):
        mirror.upload(mirror.local_path(config.out), str(config.out))
    console.notes({"left out": clips.left_out(config.data, config.layout)})
    if found.differences:
        example = found.differences[0].path
        next_step = commands.script("TestSignalModel.py", example, model=config.paths[1])
    else:
        next_step = commands.script("EvaluateModel.py", model=config.paths[1], data=config.data)
    print(f"wrote {config.out}: {config.stem}.csv, where they differ, and .json; next: {next_step}")


if __name__ == "__main__":
    console.run(main)
