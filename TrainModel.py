"""Step 1: train models on a folder of recordings; writes trained/<model>/."""

from pathlib import Path

from classifier.core import arguments, console, registry
from classifier.records.audio_format import make_audio_format
from classifier.storage.locations import absolute, parse_location
from Constants import LABELS_FILE, SAMPLE_RATE, TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "signal,mel"  # files of classifier/models
DATA = None  # a folder of recordings, or a csv file; None: data_long, or data_short while that is empty
LAYOUT = None  # a file of classifier/layouts: how the data says what is what; None: found by looking
GROUP_BY = None  # a regular expression; its first group, in the file name, says who or where; None: every file alone
FOLD = 0  # which of the folds tests
SEED = 0  # same seed, same weights


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL, help="names with commas, or all (default: %(default)s)")
    parser.add_argument(
        "--data", default=DATA, type=parse_location, help="path or address (default: data_long, or data_short)"
    )
    parser.add_argument("--layout", default=LAYOUT, help="how the data lies there (default: found by looking)")
    parser.add_argument("--labels", default=LABELS_FILE, type=Path, help="a label a line, in the order of the outputs")
    parser.add_argument("--group-by", default=GROUP_BY, metavar="REGEX", help="keeps files of one group in one split")
    parser.add_argument(
        "--fold", default=FOLD, type=arguments.at_least(0), help="which fold tests (default: %(default)s)"
    )
    parser.add_argument("--seed", default=SEED, type=arguments.at_least(0), help="default: %(default)s")
    parser.add_argument(
        "--background-noise", type=Path, metavar="FOLDER", help="recordings to mix in behind training windows"
    )
    parser.add_argument(
        "--fine-tune",
        type=arguments.at_least(0),
        metavar="N",
        help="last layers of a pretrained network that learn",
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="published weights that you have downloaded")
    parser.add_argument("--epochs", type=arguments.at_least(1), help="at most so many, instead of the recipe's")
    parser.add_argument("--resume", action="store_true", help="go on where the same training was killed")
    parser.add_argument("--paper", action="store_true", help="train as the paper does, to the letter")
    parser.add_argument(
        "--window", type=float, metavar="SECONDS", help="length of a window, if not that of Constants.py"
    )
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help=f"another rate than {SAMPLE_RATE}")
    parser.add_argument("--no-cache", action="store_true", help="do not keep the decoded recordings for the next run")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    several = parser.add_argument_group("several processes, see docs/training_on_several_machines.md")
    several.add_argument("--coordinator", metavar="HOST:PORT", help="where they meet: an address of process 0")
    several.add_argument("--processes", type=arguments.at_least(1), metavar="N", help="how many there are")
    several.add_argument("--process", type=arguments.at_least(0), metavar="K", help="which one this is, from 0")
    args = parser.parse_args(argv)

    from classifier.data import audio_cache, clips
    from classifier.pretrained import weights
    from classifier.records import recipe
    from classifier.training import distributed

    team = distributed.asked_for(args.coordinator, args.processes, args.process)
    if args.weights:
        weights.take(args.weights)
    names = registry.choose("models", args.model)
    data = absolute(args.data or clips.default_data())
    if args.background_noise:
        args.background_noise = str(args.background_noise.resolve())
    kept = (
        "layout",
        "group_by",
        "fold",
        "seed",
        "background_noise",
        "fine_tune",
        "epochs",
        "paper",
        "window",
        "sample_rate",
    )
    run = {"data": str(data), **{name: getattr(args, name) for name in kept}}
    audio_formats = {name: recipe.audio_format_of_run(name, run) for name in names}
    for audio_format in dict.fromkeys(audio_formats.values()):
        if audio_format != make_audio_format():
            length = f"{audio_format.seconds:g} s at {audio_format.sample_rate} Hz"
            console.say(f"this run: windows of {length}; Constants.py says otherwise")
    found = clips.read_clips(data, args.group_by, args.layout)
    audio_formats = {name: audio_formats[name] for name in weights.ready(names, leave_out=args.model == "all")}
    labels = clips.label_order(found, args.labels)
    rates = {audio_format.sample_rate for audio_format in audio_formats.values()}
    recordings = {rate: audio_cache.read(found, data, rate, not args.no_cache) for rate in rates}
    behind = dict.fromkeys(rates)
    if args.background_noise:
        noises = clips.of_background_noise(args.background_noise)
        behind = {rate: audio_cache.read(noises, args.background_noise, rate, not args.no_cache) for rate in rates}
    console.import_keras()
    from classifier.reporting import html_report, tables
    from classifier.training import train

    with distributed.joined(team):
        for name, audio_format in audio_formats.items():
            held, background_noise = recordings[audio_format.sample_rate], behind[audio_format.sample_rate]
            trained = train.train(name, held, labels, audio_format, run, args.trained, args.resume, background_noise)
            if trained:
                tables.scores(trained)
                print(f"  report: {html_report.write(trained)}")
    if team and team.process:
        return
    for _, reason in held.skipped:
        print(f"skipped: {reason}")
    if held.skipped:
        print(f"{len(held.skipped)} of {len(found)} recordings were skipped, for the reasons above")
    print(
        f"wrote {', '.join(str(args.trained / name) for name in audio_formats)}; next: python ConvertModelToTFLite.py"
    )


if __name__ == "__main__":
    console.run(main)
