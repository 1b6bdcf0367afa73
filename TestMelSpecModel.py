"""Step 5: put one recording through the mel model as the app does: mel spectrograms by librosa, fed to the drop-in."""

from pathlib import Path

from classifier.core import arguments, console
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = TRAINED / "mel"  # a trained model's folder, or a drop-in .tflite


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, help="default: one held out in training")
    parser.add_argument(
        "--model", default=MODEL, type=Path, help="a folder or a drop-in .tflite (default: trained/mel)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, and nothing else")
    args = parser.parse_args(argv)

    from classifier.inference import prediction
    from classifier.records import artifact

    recording = args.recording or artifact.example(args.model)
    dropin = prediction.load_dropin(args.model)
    answer = prediction.classify(dropin, recording)
    answer.show(dropin.source, recording, args.json)
    raw = prediction.classify(prediction.load(dropin.source.parent), recording)
    console.say(f"largest difference from the raw-audio model: {abs(answer.windows - raw.windows).max():.1e}")
    if not args.json:
        print("next: python PlotSignalMelSpec.py RECORDING, then copy a file into the app")


if __name__ == "__main__":
    console.run(main)
