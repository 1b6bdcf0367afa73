"""Step 4: classify one recording with a trained model; one line per window."""

from pathlib import Path

from classifier.core import arguments, commands, console
from Constants import TRAINED, WEIGHTS

# Parameters: change them here, or give them on the command line.
MODEL = (
    None  # a trained model, by name or path; a .tflite; or "yamnet"; None: REFERENCE, else the best of the newest data
)

REFERENCE = "signal"


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, help="default: one of the test split, else of data_short")
    parser.add_argument(
        "--model",
        default=MODEL,
        help="name or path of a trained model, a .tflite, or yamnet, which knows 521 sounds without training (default: "
        "signal, or the best of the newest data)",
    )
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    arguments.add_output(parser)
    arguments.add_channel(parser, instead=arguments.ONE_BY_ONE)
    arguments.add_weights(parser)
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, and nothing else")
    args = parser.parse_args(argv)

    from classifier.audio import channels
    from classifier.audio.recording import properties as check_readable
    from classifier.inference.prediction import predict_recording
    from classifier.inference.predictor import find_model, load_predictor
    from classifier.pretrained import weights
    from classifier.records import artifact, choice, heard
    from classifier.reporting import prediction_table

    weights.take(args.weights)
    model = find_model(args.model or choice.default(args.trained, REFERENCE), args.trained)
    recording = args.recording or artifact.example(model)
    properties = check_readable(recording)
    how = {"head": args.head, "activation": args.activation, "channel": args.channel}
    predictor = load_predictor(model, **how, as_in_app=True)
    prediction_table.show(predict_recording(predictor, recording), predictor.source, recording, args.json)
    of_one = channels.note_of_one(predictor.channel, properties.channels, recording)
    for note in filter(None, (*predictor.notes, of_one, heard.note(model, recording))):
        console.say(f"note: {note}")
    if args.json:
        return
    trained = commands.unless(args.trained, TRAINED)
    beside = commands.unless(predictor.source.parent.parent, TRAINED)
    if predictor.source.parent == WEIGHTS:
        print("to know sounds of your own, put them into data_long, a folder per label, and train on this network")
        print(f"next: {commands.script('TrainModel.py', model='yamnet_transfer', trained=trained)}")
    elif choice.can_choose(predictor.source.parent.parent, artifact.DROPIN):
        print(f"next: {commands.script('TestMelSpecModel.py', args.recording, trained=beside, channel=args.channel)}")
    else:
        print(f"next: {commands.script('PlotSignalMelSpec.py', recording)}")


if __name__ == "__main__":
    console.run(main)
