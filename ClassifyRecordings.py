"""Classify any number of recordings; writes tables, and files for Audacity and Raven, into classified/.

A killed run goes on where it was when the same command is given again.
"""

import sys
from pathlib import Path

from classifier.core import arguments, console, registry
from Constants import CLASSIFIED, TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = TRAINED / "signal"  # a trained model's folder, a .tflite with metadata that takes raw audio, or "yamnet"
OUT = CLASSIFIED
OVERLAP = 0.0  # of the windows; thresholds were chosen on windows that touch
SMOOTH = 1  # windows, the mean of which stands for the one in the middle; 1: each for itself
MERGE_GAP = 0.0  # seconds between two segments of a label that are bridged
MIN_DURATION = 0.0  # seconds; shorter segments are left out
LABELS_SHOWN = 20  # in the table at the end


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="a recording, a folder, an archive, a pattern, an address, or - for a list of these on standard input",
    )
    parser.add_argument("--model", default=MODEL, type=Path, help="as of TestSignalModel.py (default: trained/signal)")
    parser.add_argument("--out", default=OUT, type=Path, help="folder for the results (default: classified)")
    parser.add_argument("--writers", default="all", metavar="NAMES", help=f"of {','.join(registry.names('writers'))}")
    parser.add_argument("--threshold", type=float, metavar="T", help="for all labels, in place of the model's own")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows: 0.5 is half (default: %(default)s)")
    parser.add_argument("--smooth", default=SMOOTH, type=int, metavar="N", help="mean over N windows, an odd number")
    parser.add_argument("--merge-gap", default=MERGE_GAP, type=float, metavar="S", help="close gaps of up to S seconds")
    parser.add_argument("--min-duration", default=MIN_DURATION, type=float, metavar="S", help="drop shorter segments")
    parser.add_argument("--jobs", type=arguments.at_least(1), help="recordings at once (default: one a core)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, whose workers see the same files")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a recording cannot be read")
    args = parser.parse_args(argv)

    from classifier.data import inputs
    from classifier.inference import batch
    from classifier.records import artifact

    names = registry.choose("writers", args.writers)
    settings, predictor = batch.settings(
        args.model, args.threshold, args.overlap, args.smooth, args.merge_gap, args.min_duration
    )
    if not args.inputs:
        args.inputs = [str(artifact.example(args.model))]
        console.say(f"no INPUT given: classifying {args.inputs[0]}")
    listed = open(0, encoding="utf-8", errors="surrogateescape", closefd=False) if inputs.LIST in args.inputs else ()
    sources, refused = inputs.find(args.inputs, listed)
    try:
        run = batch.run(sources, settings, predictor, args.out, names, args.jobs, args.scheduler)
    except KeyboardInterrupt:
        console.say("\nstopped; the same command goes on from there")
        sys.exit(130)
    show(run, {**refused, **run.failed})
    if args.strict and (refused or run.failed):
        sys.exit(1)


def show(run, unreadable):
    from classifier.core.text import plain

    rows = [[plain(label), *numbers, f"{seconds / 3600:.2f}"] for label, (*numbers, seconds) in run.labels.items()]
    console.table(["label", "recordings", "segments", "hours"], rows[:LABELS_SHOWN])
    if len(rows) > LABELS_SHOWN:
        print(f"... and {len(rows) - LABELS_SHOWN} more labels")
    console.notes({"cannot be read": [f"{name}: {reason}" for name, reason in unreadable.items()]})
    before = f", {run.before} before" if run.before else ""
    print(f"{run.done} recordings classified{before}; wrote {', '.join(map(str, run.written))}")
    if run.written:
        print(f"next: look into {run.written[0]}; TestSignalModel.py RECORDING shows one of them window by window")


if __name__ == "__main__":
    console.run(main)
