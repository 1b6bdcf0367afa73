"""Find the stretches of many recordings that sound like a short one; writes tables and label tracks into found/.

What is computed of the recordings is kept: the next search takes seconds, and a killed run goes on where it was.
"""

from pathlib import Path

from classifier.core import arguments, commands, console, registry
from Constants import FOUND, TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "yamnet"  # whose embeddings are compared; or a trained model, by name or path; or a .tflite
OUT = FOUND
TOP = 50  # stretches
OVERLAP = 0.5  # share of a window that the next one repeats: a short sound lies whole in one of two
WRITERS = "csv,audacity"
DELIMITER = ","  # between the columns of csv files
SHOWN = 10  # stretches on the screen


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="where to look; or an archive, pattern or address")
    parser.add_argument(
        "--like", metavar="CLIP[,CLIP]", help="short recordings of the sound to look for, or a folder of them"
    )
    parser.add_argument("--model", default=MODEL, help="yamnet, a trained model or a .tflite (default: %(default)s)")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--out", default=OUT, type=Path, help="folder for the results (default: found)")
    parser.add_argument("--top", default=TOP, type=int, metavar="N", help="best stretches (default: %(default)s)")
    parser.add_argument("--least", type=float, metavar="SCORE", help="leave out what is less alike; 1 is the same")
    parser.add_argument("--label", help="of all results (default: the name of the clip that each is like)")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows (default: %(default)s)")
    parser.add_argument(
        "--index", action="store_true", help="search an index (usearch): approximate, for hundreds of hours"
    )
    parser.add_argument(
        "--kept", type=Path, metavar="FOLDER", help="where embeddings are kept (default: cache/embeddings)"
    )
    parser.add_argument("--writers", default=WRITERS, metavar="NAMES", help=f"of {','.join(registry.names('writers'))}")
    parser.add_argument("--delimiter", default=DELIMITER, metavar="C", help='of csv files: , or ";" or tab')
    arguments.add_channel(parser, instead=arguments.ONE_BY_ONE)
    arguments.add_weights(parser)
    parser.add_argument("--jobs", type=arguments.at_least(1), help="recordings at once (default: one per core)")
    args = parser.parse_args(argv)

    from classifier.inference.similarity.config import SearchConfig

    config = SearchConfig.from_args(args)

    from classifier.inference import ranked
    from classifier.inference.similarity import search
    from classifier.pretrained import weights

    weights.take(args.weights)
    try:
        result = search.search_recordings(config)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command goes on from there") from None
    show(result, config)
    example = ranked.example(result.found)
    if example:
        print(f"to see the best of them, next: {commands.script('PlotSignalMelSpec.py', example)}")


def show(result, config):
    """Print the best stretches, what cannot be read, and what was written."""
    from classifier.core.text import plain
    from classifier.inference.similarity import index

    rows = [
        [plain(one.source.name), f"{one.segment.start:.2f}", f"{one.segment.end:.2f}", f"{one.segment.peak:.3f}"]
        + [plain(one.why)]
        for one in result.found[:SHOWN]
    ]
    if rows:
        console.table(["recording", "start", "end", "score", "like"], rows)
    else:
        print(f"nothing is alike: no window reaches --least {config.least:g}; ask for less")
    if len(result.found) > SHOWN:
        print(f"... and {len(result.found) - SHOWN} more; 1 is the same sound")
    unreadable = {**result.refused, **result.failed}
    console.notes({"cannot be read": [f"{name}: {reason}" for name, reason in unreadable.items()]})
    console.notes({"left out": result.left_out})
    for note in result.notes:
        print(f"note: {note}")
    how = f", {result.indexed} of them by index, which is approximate" if result.indexed else ", each with the clip"
    print(f"{result.windows} windows of {result.recordings} recordings compared{how}")
    if config.index and not result.indexed:
        print(f"--index changes nothing below {index.PART:,} windows")
    print(
        f"{result.done} recordings embedded, {result.before} before; their embeddings, float16, take "
        f"{max(0.1, result.n_bytes / 1e6):,.1f} MB in {result.embeddings}"
    )
    print(f"{len(result.found)} stretches found; wrote {', '.join(map(str, result.written))}")


if __name__ == "__main__":
    console.run(main)
