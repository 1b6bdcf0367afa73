"""Step 3: write sample rate and labels into the .tflite files, and see that the runtimes of a phone agree on them."""

import json
from pathlib import Path

from classifier.core import arguments, console
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "all"  # folders in trained/
VARIANT = "recommended"  # or float32, float16, dynamic, int8


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument(
        "recording", nargs="?", type=Path, help="given to every runtime (default: one held out in training)"
    )
    parser.add_argument(
        "--model", default=MODEL, help="names with commas, or all that are trained (default: %(default)s)"
    )
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument(
        "--variant", default=VARIANT, help="recommended, float32, float16, dynamic or int8 (default: %(default)s)"
    )
    args = parser.parse_args(argv)

    from classifier.export import metadata, runtimes
    from classifier.records import artifact, tflite_metadata
    from classifier.reporting import html_report, tables

    trained = artifact.trained(args.trained, args.model)
    for model in trained:
        artifact.take(model, args.variant)
        for file in metadata.write_files(model):
            print(f"{file}:\n{json.dumps(tflite_metadata.as_dict(file.read_bytes()), indent=2, ensure_ascii=False)}")
    for model in trained:
        runtimes.compare(model, args.recording or artifact.example(model.folder))
        html_report.write(model)  # again, now that there are files for the phone
    tables.show(trained)
    print("next: python TestSignalModel.py and python TestMelSpecModel.py, then copy a file into the app")


if __name__ == "__main__":
    console.run(main)
