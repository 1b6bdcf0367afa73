"""Step 2: convert trained models to TensorFlow Lite; each file proves itself against Keras before it is kept."""

import argparse
from pathlib import Path

from classifier import console
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "all"  # folders in trained/


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model", default=MODEL, help="names with commas, or all that are trained (default: %(default)s)"
    )
    parser.add_argument("--out", default=TRAINED, type=Path, help="folder with the trained models (default: trained)")
    args = parser.parse_args(argv)

    from classifier import artifact

    trained = artifact.trained(args.out, args.model)
    console.import_tensorflow()
    from classifier import tflite

    rows = [row for model in trained for row in tflite.convert(model)]
    console.table(["file", "input", "KB", "largest difference from Keras", "agrees"], rows)
    print("next: python WriteMetadataToModel.py")


if __name__ == "__main__":
    console.run(main)
