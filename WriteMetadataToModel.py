"""Step 3: write sample rate and labels into the .tflite files, and see that the runtimes of a phone agree on them."""

from pathlib import Path

from classifier.core import arguments, commands, console
from classifier.export.config import MetadataConfig
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "all"  # names of trained models, or their folders
VARIANT = "recommended"  # or float32, float16, dynamic, int8


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument(
        "recording", nargs="?", type=Path, help="given to every runtime (default: one held out in training)"
    )
    parser.add_argument("--model", default=MODEL, help="names or folders with commas, or all (default: %(default)s)")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument(
        "--variant", default=VARIANT, help="recommended, float32, float16, dynamic or int8 (default: %(default)s)"
    )
    args = parser.parse_args(argv)
    config = MetadataConfig(model=args.model, trained=args.trained, variant=args.variant, recording=args.recording)

    from classifier.export import app_files
    from classifier.reporting import html_report, tables

    models = app_files.write(config)
    for model in models:
        html_report.write(model)  # again, now that there are files for the phone
    tables.show(models)
    print(f"next: {commands.script('TestSignalModel.py', model=models[0].folder)}")


if __name__ == "__main__":
    console.run(main)
