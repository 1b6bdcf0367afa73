"""Classify any number of recordings; writes tables, and files for Audacity and Raven, into classified/.

A killed run goes on where it was when the same command is given again.
"""

import sys
from pathlib import Path

from classifier.core import arguments, commands, console, registry
from classifier.core.errors import InputError
from Constants import CLASSIFIED, TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = None  # a trained model, by name or path; a .tflite; or "yamnet"; None: the best of the newest data
OUT = CLASSIFIED
OVERLAP = (
    None  # share of a window that the next one repeats; None, of this and the next three: as the model's rule says
)
SMOOTH = None  # windows whose mean stands for the one in the middle; 1: each for itself
MERGE_GAP = None  # seconds between two segments of a label that become one
MIN_DURATION = None  # seconds; shorter segments are left out
DELIMITER = ","  # between the columns of csv files; ";" where Excel has decimal commas
LABELS_SHOWN = 20  # in the table at the end


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="a recording, a folder, an archive, a pattern, an address, or - for a list of these on standard input",
    )
    parser.add_argument("--model", default=MODEL, help="name or path, as for TestSignalModel.py (default: the best)")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--out", default=OUT, type=Path, help="folder for the results (default: classified)")
    parser.add_argument("--writers", default="all", metavar="NAMES", help=f"of {','.join(registry.names('writers'))}")
    parser.add_argument("--probabilities", action="store_true", help="write those of each window: csv and parquet")
    parser.add_argument(
        "--delimiter", default=DELIMITER, metavar="C", help='of csv files: , or ";" or tab (default: ,)'
    )
    parser.add_argument(
        "--threshold",
        action="append",
        metavar="T",
        help="for all labels, in place of the model's own; LABEL=T for one, again for another",
    )
    parser.add_argument(
        "--frames", action="store_true", help="say when, finer than a window: for models that have frames"
    )
    parser.add_argument(
        "--overlap", default=OVERLAP, type=float, help="of windows: 0.5 is half (default: as the model's rule says)"
    )
    parser.add_argument("--smooth", default=SMOOTH, type=int, metavar="N", help="mean over N windows, an odd number")
    parser.add_argument("--merge-gap", default=MERGE_GAP, type=float, metavar="S", help="close gaps of up to S seconds")
    parser.add_argument("--min-duration", default=MIN_DURATION, type=float, metavar="S", help="drop shorter segments")
    arguments.add_output(parser)
    arguments.add_channel(parser)
    arguments.add_weights(parser)
    parser.add_argument("--jobs", type=arguments.at_least(1), help="recordings at once (default: one per core)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="Dask cluster to run on (docs/guide/many_machines.md)")
    parser.add_argument(
        "--strict", action="store_true", help="end with 1 if one recording cannot be read, not only if all"
    )
    args = parser.parse_args(argv)

    from classifier.inference.config import ClassificationConfig

    config = ClassificationConfig.from_args(args)

    from classifier.inference import batch
    from classifier.pretrained import weights

    weights.take(args.weights)
    try:
        result = batch.classify_recordings(config)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command goes on from there") from None
    show(result)
    if result.example:
        trained = commands.unless(args.trained, TRAINED)
        channel = "first" if args.channel == arguments.EACH else args.channel
        same = {"model": config.model, "trained": trained, "channel": channel}
        next_step = commands.script("TestSignalModel.py", result.example, **same)
        print(f"to see one of them window by window, next: {next_step}")
    if not result.written:
        raise InputError("no recording could be read, for the reasons above; nothing was written")
    if args.strict and (result.refused or result.failed):
        sys.exit(1)


def show(result):
    """Print how often each label was recognised, what cannot be read, and what was written."""
    from classifier.audio.channels import TRACKS
    from classifier.core.text import duration, plain

    rows = [
        [plain(label), total.recordings, total.heard_in, total.segments, duration(total.seconds)]
        for label, total in result.labels.items()
    ]
    n_classified = result.done + result.before
    if rows:
        console.table(["label", "recordings", "heard in", "segments", "for"], rows[:LABELS_SHOWN])
    elif n_classified:
        print(
            "nothing was recognised: no label reached its threshold in any window; --probabilities writes how near "
            "they came, --threshold 0.3 asks for less"
        )
    if len(rows) > LABELS_SHOWN:
        print(f"... and {len(rows) - LABELS_SHOWN} more labels")
    without = n_classified - sum(total.recordings for total in result.labels.values())
    if rows and without:
        print(
            f"{without} of {n_classified} recordings have no label: over the whole recording none reaches its threshold"
        )
    unreadable = {**result.refused, **result.failed}
    told = [why if why.startswith(name) else f"{name}: {why}" for name, why in unreadable.items()]
    console.notes({"cannot be read": told})
    console.notes({"left out": result.left_out, TRACKS: result.several_tracks})
    for note in result.notes:
        print(f"note: {note}")
    if not result.written:
        return
    before = f", {result.before} before" if result.before else ""
    names = ", ".join(path.name for path in result.written)
    print(f"{result.done} recordings classified{before}; wrote {names} into {result.written[0].parent}")


if __name__ == "__main__":
    console.run(main)
