"""Suggest which stretches of recordings to listen to next; writes a table and label tracks into suggested/.

A few labels at the right places teach a model more than many anywhere. What is computed is kept for the next time.
"""

from pathlib import Path

from classifier.core import arguments, commands, console, registry
from Constants import SUGGESTED, TRAINED

# Parameters: change them here, or give them on the command line.
OUT = SUGGESTED
BY = "uncertain,diverse"  # of uncertain, diverse, rare and disagreement; several take turns
TOP = 50  # stretches
APART = 10.0  # seconds between two of one recording
WRITERS = "csv,audacity"
DELIMITER = ","  # between the columns of csv files
SHOWN = 10  # stretches on the screen


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="recordings; or an archive, pattern or address")
    parser.add_argument("--model", metavar="MODEL[,MODEL]", help="that is to learn more; two for --by disagreement")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--out", default=OUT, type=Path, help="folder for the results (default: suggested)")
    parser.add_argument(
        "--by",
        default=BY,
        metavar="NAME[,NAME]",
        help="uncertain: the model can decide least; diverse: most unlike each other; rare: sure of a label that is "
        "seldom; disagreement: two models differ most; several take turns (default: %(default)s)",
    )
    parser.add_argument("--top", default=TOP, type=int, metavar="N", help="stretches (default: %(default)s)")
    parser.add_argument(
        "--apart",
        default=APART,
        type=float,
        metavar="S",
        help="seconds between two of a recording (default: %(default)g)",
    )
    parser.add_argument("--labelled", metavar="FOLDER", help="recordings with labels: diverse is what is unlike them")
    parser.add_argument("--kept", type=Path, metavar="FOLDER", help="where what is computed is kept (default: cache)")
    parser.add_argument("--writers", default=WRITERS, metavar="NAMES", help=f"of {','.join(registry.names('writers'))}")
    parser.add_argument("--delimiter", default=DELIMITER, metavar="C", help='of csv files: , or ";" or tab')
    arguments.add_channel(parser, instead=arguments.ONE_BY_ONE)
    arguments.add_weights(parser)
    parser.add_argument("--jobs", type=arguments.at_least(1), help="recordings at once (default: one per core)")
    args = parser.parse_args(argv)

    from classifier.inference.suggestions.config import SuggestConfig

    config = SuggestConfig.from_args(args)

    from classifier.inference import ranked
    from classifier.inference.suggestions import suggest
    from classifier.pretrained import weights

    weights.take(args.weights)
    try:
        result = suggest.suggest(config)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command goes on from there") from None
    show(result)
    example = ranked.example(result.suggested)
    if example:
        flags = {"model": config.models[0], "trained": commands.unless(args.trained, TRAINED)}
        print(f"what the model hears in the first, next: {commands.script('TestSignalModel.py', example, **flags)}")


def show(result):
    """Print the first suggestions, what cannot be read, and what was written."""
    from classifier.core.text import plain

    rows = [
        [plain(one.source.name), f"{one.segment.start:.2f}", f"{one.segment.end:.2f}", one.why]
        + [plain(one.segment.label), f"{one.segment.peak:.2f}"]
        for one in result.suggested[:SHOWN]
    ]
    console.table(["recording", "start", "end", "by", "label", "probability"], rows)
    if len(result.suggested) > SHOWN:
        print(f"... and {len(result.suggested) - SHOWN} more")
    unreadable = {**result.refused, **result.failed}
    console.notes({"cannot be read": [f"{name}: {reason}" for name, reason in unreadable.items()]})
    console.notes({"left out": result.left_out})
    for note in result.notes:
        print(f"note: {note}")
    print(
        f"{result.windows} windows of {result.recordings} recordings looked at; {len(result.suggested)} to listen to, "
        f"a label with ? is the model's guess; wrote {', '.join(map(str, result.written))}"
    )


if __name__ == "__main__":
    console.run(main)
