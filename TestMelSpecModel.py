"""Step 5: classify one recording with the mel model as the app does: mel spectrograms by librosa, then the drop-in."""

from pathlib import Path

from classifier.core import arguments, commands, console
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = None  # a trained model, by name or path, or a drop-in .tflite; None: REFERENCE, else the best that has one

REFERENCE = "mel"


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, help="default: one of the test split")
    parser.add_argument(
        "--model", default=MODEL, help="name or path of a trained model, or a drop-in .tflite (default: mel)"
    )
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    arguments.add_channel(parser, instead=arguments.ONE_BY_ONE)
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, and nothing else")
    args = parser.parse_args(argv)

    from classifier.audio import channels
    from classifier.audio.recording import properties as check_readable
    from classifier.inference.prediction import predict_recording
    from classifier.inference.predictor import find_model, load_dropin, load_predictor
    from classifier.records import artifact, choice, heard
    from classifier.reporting import prediction_table

    model = find_model(args.model or choice.default(args.trained, REFERENCE, artifact.DROPIN), args.trained)
    recording = args.recording or artifact.example(model)
    properties = check_readable(recording)
    dropin = load_dropin(model, args.channel)
    prediction = predict_recording(dropin, recording)
    prediction_table.show(prediction, dropin.source, recording, args.json)
    raw = predict_recording(load_predictor(dropin.source.parent, channel=dropin.channel), recording)
    console.say(f"largest difference from the raw-audio model: {abs(prediction.windows - raw.windows).max():.1e}")
    of_one = channels.note_of_one(dropin.channel, properties.channels, recording)
    for note in filter(None, (*dropin.notes, of_one, heard.note(model, recording))):
        console.say(f"note: {note}")
    if not args.json:
        print(f"next: {commands.script('PlotSignalMelSpec.py', recording)}")


if __name__ == "__main__":
    console.run(main)
