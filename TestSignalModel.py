"""Step 4: put one recording through a trained model; one line per window."""

from pathlib import Path

from classifier.core import arguments, console
from Constants import TRAINED, WEIGHTS

# Parameters: change them here, or give them on the command line.
MODEL = TRAINED / "signal"  # a trained model's folder, a .tflite with metadata that takes raw audio, or "yamnet"


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, help="default: one held out in training, else of data_short")
    parser.add_argument(
        "--model",
        default=MODEL,
        type=Path,
        help="a trained model's folder, a .tflite, or yamnet, which names 521 sounds without training (default: "
        "trained/signal)",
    )
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, and nothing else")
    args = parser.parse_args(argv)

    from classifier.inference import prediction
    from classifier.records import artifact

    predictor = prediction.load(args.model)
    recording = args.recording or artifact.example(args.model)
    prediction.classify(predictor, recording).show(predictor.source, recording, args.json)
    if not args.json and predictor.source.parent == WEIGHTS:
        print("next: python TrainModel.py --model yamnet_transfer --data FOLDER, for sounds of your own")
    elif not args.json:
        print("next: python TestMelSpecModel.py, or python PlotSignalMelSpec.py RECORDING")


if __name__ == "__main__":
    console.run(main)
