"""Step 3: write sample rate, labels and decision rule into the .tflite files, and see that runtimes of a phone agree.

With a FILE.tflite that was made elsewhere: write a copy of it that has them.
"""

from pathlib import Path

from classifier.core import arguments, commands, console
from classifier.export import snippets
from classifier.export.config import FileConfig, MetadataConfig
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "all"  # names of trained models, or their folders
VARIANT = "recommended"  # or float32, float16, dynamic, int8


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument(
        "inputs",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="a .tflite made elsewhere; a recording, given to every runtime (default: one held out in training)",
    )
    parser.add_argument("--model", default=MODEL, help="names or folders with commas, or all (default: %(default)s)")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument(
        "--variant", default=VARIANT, help="recommended, float32, float16, dynamic or int8 (default: %(default)s)"
    )
    parser.add_argument("--labels", type=Path, metavar="FILE", help="of a FILE.tflite: one per line, or a csv")
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help="that a FILE.tflite was trained at")
    parser.add_argument("--out", type=Path, help="the copy of a FILE.tflite (default: FILE_metadata.tflite)")
    parser.add_argument(
        "--snippet", choices=snippets.FILES, help="print the program that applies the decision rule in an app, no more"
    )
    arguments.add_output(parser)
    args = parser.parse_args(argv)
    if args.snippet:
        print(snippets.text(args.snippet), end="")
        return
    files = [path for path in args.inputs if path.suffix.lower() == ".tflite"]
    recordings = [path for path in args.inputs if path not in files]
    if len(files) > 1 or len(recordings) > 1:
        parser.error("give one .tflite and one recording at most")
    recording = recordings[0] if recordings else None
    if files:
        write_copy(args, files[0], recording)
        return
    named = [name for name in ("labels", "sample_rate", "out", "head", "activation") if getattr(args, name) is not None]
    if named:
        flag = f"--{named[0].replace('_', '-')}"
        parser.error(f"{flag} is for a FILE.tflite; of trained models, --trained names the folder")
    config = MetadataConfig(model=args.model, trained=args.trained, variant=args.variant, recording=recording)

    from classifier.export import app_files
    from classifier.reporting import html_report, tables

    models = app_files.write(config)
    for model in models:
        html_report.write(model)  # again, now that there are files for the phone
    tables.show(models)
    program = commands.script("WriteMetadataToModel.py", snippet="kotlin")
    print(f"the files hold their decision rule; a program that applies it in an app: {program}")
    print(f"next: {commands.script('TestSignalModel.py', model=models[0].folder)}")


def write_copy(args, file, recording):
    """Write FILE_metadata.tflite, and print how to go on."""
    config = FileConfig(
        file=file,
        labels=args.labels,
        sample_rate=args.sample_rate,
        out=args.out or file.with_name(f"{file.stem}_metadata.tflite"),
        head=args.head,
        activation=args.activation,
        recording=recording,
    )

    from classifier.export import foreign

    written = foreign.write(config)
    print(f"next: {commands.script('CheckModel.py', written.path)}")


if __name__ == "__main__":
    console.run(main)
