"""Step 0: raw recordings -> data_long/<label>/, mono and without silence; or check a data folder; or download one."""

import sys
from pathlib import Path, PurePosixPath

from classifier.core import arguments, console
from classifier.records.audio_format import make_audio_format
from classifier.storage.locations import place
from Constants import DATA_LONG, DATA_RAW, DATA_SETS, SAMPLE_RATE, SILENT_LABELS

# Parameters: change them here, or give them on the command line.
DATA = DATA_RAW  # raw recordings in any layout: a folder per label, a csv file ...; or one recording, to look at
OUT = DATA_LONG  # <label>/<recording>.wav and manifest.jsonl go there
GROUP_BY = None  # a regular expression; its first group, in the file name, says who or where
TOP_DB = 30  # what is so far below a recording's loudest moment is silence; 20 cuts soft consonants, 60 leaves breath
SPLIT = False  # cut silence out of the inside too, not only off the ends
DENOISE = None  # take noise away that sounds like: quietest (moment), whole (recording), or a file; None: leave it
JOIN_RECORDINGS = 10  # seconds; shorter recordings of one label and group are put together; 0: none are
SILENT = ",".join(SILENT_LABELS)  # labels that are silence themselves: left as they are


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", default=DATA, type=place, help="raw recordings: a path or an address")
    parser.add_argument("--out", default=OUT, type=place, help="a path or an address (default: data_long)")
    parser.add_argument("--layout", help="how the data lies there (default: found by looking)")
    parser.add_argument("--group-by", default=GROUP_BY, metavar="REGEX", help="keeps files of one group together")
    parser.add_argument(
        "--top-db", default=TOP_DB, type=arguments.at_least(1), metavar="DB", help="silence (default: %(default)s)"
    )
    parser.add_argument("--split", default=SPLIT, action="store_true", help="cut silence out of the inside too")
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
    parser.add_argument("--silent", default=SILENT, metavar="LABELS", help="left as they are (default: %(default)s)")
    parser.add_argument("--sample-rate", default=SAMPLE_RATE, type=arguments.at_least(1000), metavar="HZ")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster that does it (docs/guide/many_machines.md)"
    )
    parser.add_argument("--plot", action="store_true", help="draw it: a recording before and after, or the check-up")
    parser.add_argument("--check", metavar="FOLDER", nargs="?", const=True, help="say what is in a data folder")
    parser.add_argument("--json", action="store_true", help="the check-up as JSON on standard output, and nothing else")
    parser.add_argument("--download", metavar="NAME", help="a corpus into data_sets; a wrong name lists them")
    parser.add_argument("--yes", action="store_true", help="accept the licence of what is downloaded")
    args = parser.parse_args(argv)

    if args.download:
        download(args)
    elif args.check or args.data == DATA and not DATA.exists():
        check(args)
    else:
        prepare(args)


def prepare(args):
    from classifier.audio import recording
    from classifier.data import clips, preparation
    from classifier.storage import remote

    noise = args.denoise
    if noise not in (None, "quietest", "whole"):
        recording.properties(noise)
        noise = str(Path(noise).resolve())
    silent = tuple(label.strip() for label in args.silent.split(","))
    settings = preparation.Settings(args.sample_rate, args.top_db, args.split, noise, args.join_recordings, silent)
    if PurePosixPath(args.data).suffix.lower() in recording.SUFFIXES:
        with remote.local(args.data) as path:
            png = preparation.draw(path, settings)
        return print(f"wrote {png}: {args.data} before and after; the recording itself is as it was")
    found = clips.read_clips(args.data, args.group_by, args.layout)
    entries = preparation.prepare(found, args.data, args.out, settings, args.scheduler)
    preparation.show(entries, make_audio_format().seconds)
    drawn = [clip.path for clip in found if clip.label not in silent][: args.plot]
    written = [*(preparation.draw(path, settings) for path in drawn), args.out]
    next_steps = f"python PrepareData.py --check {args.out}, or python TrainModel.py --data {args.out}"
    print(f"wrote {', '.join(map(str, written))}; next: {next_steps}")


def check(args):
    from classifier.data import audit, clips
    from classifier.plotting import audit_summary

    data = clips.default_data() if args.check in (None, True) else place(args.check)
    found = audit.check(clips.read_clips(data, args.group_by, args.layout), data, make_audio_format().seconds)
    audit.show(found, args.json)
    if args.plot:
        audit_summary.draw(found, "check.png")
    if not args.json:
        wrote = "wrote check.png; " if args.plot else ""
        print(f"{wrote}next: python TrainModel.py --data {data}")


def download(args):
    from classifier.data import corpora

    def agreed():
        return args.yes or sys.stdin.isatty() and input("accept the licence? (yes/no) ").strip().lower() in ("y", "yes")

    data = corpora.download(corpora.find(args.download), DATA_SETS, agreed)
    print(f"wrote {data}; next: python PrepareData.py --check {data}, or python PrepareData.py {data}")


if __name__ == "__main__":
    console.run(main)
