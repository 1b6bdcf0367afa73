"""Step 0: prepare raw recordings into data_long/<label>/, mono and without silence; or check or download a data set."""

import sys
from pathlib import Path, PurePosixPath

from classifier.core import arguments, commands, console
from classifier.records.audio_format import make_audio_format
from classifier.storage.local_files import RECORDING_SUFFIXES
from classifier.storage.locations import parse_location
from Constants import DATA_LONG, DATA_RAW, DATA_SETS, SAMPLE_RATE, SILENT_LABELS

# Parameters: change them here, or give them on the command line.
DATA = DATA_RAW  # raw recordings in any layout: a folder per label, a csv file ...; or one recording, to draw
OUT = DATA_LONG  # <label>/<recording>.wav and manifest.jsonl go there
GROUP_BY = None  # a column, or a regular expression whose first group, in a file's name, is the recording's group
TOP_DB = 30  # audio so far below a recording's loudest moment is silence; 20 cuts soft consonants, 60 leaves breath
SPLIT = False  # remove silence inside recordings too, not only at their ends
DENOISE = None  # remove noise that sounds like: the quietest (moment), the whole (recording), or a recording's path
JOIN_RECORDINGS = 10  # seconds; shorter recordings of one label and group are joined; 0 joins none
CHANNEL = "mix"  # of recordings with several: mix, first, second, loudest, or each as a recording of its own
SILENT = ",".join(SILENT_LABELS)  # labels of silence: neither trimmed nor denoised


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument(
        "data", nargs="?", default=DATA, type=parse_location, help="raw recordings: a path or an address"
    )
    parser.add_argument("--out", default=OUT, type=parse_location, help="a path or an address (default: data_long)")
    parser.add_argument("--layout", help="layout of the data (default: recognised)")
    arguments.add_group_by(parser, GROUP_BY)
    parser.add_argument(
        "--top-db", default=TOP_DB, type=arguments.at_least(1), metavar="DB", help="silence (default: %(default)s)"
    )
    parser.add_argument("--split", default=SPLIT, action="store_true", help="remove silence inside recordings too")
    parser.add_argument(
        "--denoise", default=DENOISE, metavar="HOW", help="quietest, whole, or a recording of the noise"
    )
    parser.add_argument(
        "--join-recordings",
        default=JOIN_RECORDINGS,
        type=arguments.at_least(0),
        metavar="SECONDS",
        help="default: %(default)s",
    )
    parser.add_argument(
        "--silent", default=SILENT, metavar="LABELS", help="labels of silence, left as they are (default: %(default)s)"
    )
    arguments.add_channel(parser, CHANNEL)
    parser.add_argument("--sample-rate", default=SAMPLE_RATE, type=arguments.at_least(1000), metavar="HZ")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="Dask cluster to run on (docs/guide/many_machines.md)")
    parser.add_argument("--plot", action="store_true", help="draw a recording before and after, or the check")
    parser.add_argument("--check", metavar="FOLDER", nargs="?", const=True, help="report what is in a data folder")
    parser.add_argument(
        "--negatives",
        metavar="FOLDER[,FOLDER]",
        help="check recordings in which none of the labels is heard, too (with --check)",
    )
    arguments.add_unlabelled(parser)
    parser.add_argument("--json", action="store_true", help="print the check as JSON, and nothing else")
    parser.add_argument("--download", metavar="NAME", help="download a corpus into data_sets; a wrong name lists them")
    parser.add_argument("--yes", action="store_true", help="accept the corpus' licence")
    args = parser.parse_args(argv)

    if args.download:
        download(args.download, args.yes)
    elif args.check or args.data == DATA and not DATA.exists():
        check(args)
    elif PurePosixPath(args.data).suffix.lower() in RECORDING_SUFFIXES:
        draw(args)
    else:
        prepare(args)


def prepare(args):
    from classifier.data import clips, preparation
    from classifier.plotting.preparation import draw

    config = preparation.PreparationConfig.from_args(args)
    try:
        prepared = preparation.prepare(config)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command goes on from there: what is prepared is kept") from None
    preparation.summary(prepared, make_audio_format().seconds)
    console.notes({"left out": clips.left_out(config.data, config.layout)})
    audible = [clip.path for clip in prepared.clips if clip.label not in config.cleaning.silent_labels]
    written = [*(draw(path, config.cleaning) for path in audible[: args.plot]), args.out]
    print(f"wrote {', '.join(map(str, written))}; next: {commands.script('PrepareData.py', check=args.out)}")


def draw(args):
    from classifier.data.cleaning import Cleaning
    from classifier.plotting import preparation
    from classifier.storage import remote

    with remote.local_copy(args.data) as path:
        png = preparation.draw(path, Cleaning.from_args(args))
    print(f"wrote {png}: {args.data} before and after; the recording itself is unchanged")


def check(args):
    from classifier.data import audit, clips, negatives, unlabelled
    from classifier.plotting import audit_summary

    data = clips.default_data() if args.check in (None, True) else parse_location(args.check)
    audio_format = make_audio_format(sample_rate=args.sample_rate)
    is_negative = args.unlabelled == unlabelled.NEGATIVES
    read = clips.read_clips(data, args.group_by, args.layout, least=1, nothing=is_negative)
    folders = negatives.folders_of(args.negatives) if args.negatives else ()
    chosen = negatives.Negatives(folders, negatives.UNLABELLED, is_negative)
    read = negatives.behind(read, chosen, args.group_by, audio_format.seconds)
    console.say(f"checking {len(read)} recordings of {data} ...")
    found = audit.check(read, data, audio_format.seconds, audio_format.sample_rate, args.channel)
    found["left_out"] = clips.left_out(data, args.layout)
    audit.show(found, args.json)
    if args.plot:
        audit_summary.draw(found, Path("check.png"))
    if not args.json:
        console.notes({"left out": found["left_out"]})
        same = {"data": data, "layout": args.layout, "channel": commands.unless(args.channel, CHANNEL)}
        if len(found["labels"]) > 1 or is_negative:
            more = {"negatives": args.negatives, "unlabelled": commands.unless(args.unlabelled, unlabelled.IGNORE)}
            next_step = commands.script("TrainModel.py", group_by=args.group_by, **more, **same)
        else:
            next_step = commands.script("EvaluateModel.py", model="trained/MODEL", **same)
        print(f"{'wrote check.png; ' if args.plot else ''}next: {next_step}")


def download(name, licence_accepted):
    from classifier.data import corpora

    def accepted():
        asked = not licence_accepted and sys.stdin.isatty() and input("accept the licence? (yes/no) ")
        return licence_accepted or asked and asked.strip().lower() in ("y", "yes")

    data = corpora.download(corpora.find(name), DATA_SETS, accepted)
    print(f"wrote {data}; next: {commands.script('PrepareData.py', check=data)}")


if __name__ == "__main__":
    console.run(main)
