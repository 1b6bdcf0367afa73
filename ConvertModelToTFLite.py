"""Step 2: convert trained models to TensorFlow Lite, from exact to small; each file proves itself against Keras."""

from pathlib import Path

from classifier.core import arguments, console
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "all"  # folders in trained/


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model", default=MODEL, help="names with commas, or all that are trained (default: %(default)s)"
    )
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    args = parser.parse_args(argv)

    from classifier.records import artifact
    from classifier.reporting import tables

    trained = artifact.trained(args.trained, args.model)
    console.import_tensorflow()
    from classifier.export import variants

    for model in trained:
        variants.write(model)
    tables.variants(trained)
    print(f"wrote them into {', '.join(str(model.folder) for model in trained)}")
    print("next: python WriteMetadataToModel.py, which takes the recommended ones")


if __name__ == "__main__":
    console.run(main)
