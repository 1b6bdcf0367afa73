"""Step 2: convert trained models to TensorFlow Lite, from exact to small; each file is proven against Keras."""

from pathlib import Path

from classifier.core import arguments, commands, console, places
from classifier.export.config import ConversionConfig
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
MODEL = "all"  # names of trained models, or their folders


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL, help="names or folders with commas, or all (default: %(default)s)")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument(
        "--embedding", action="store_true", help="write a second file each, for search: the layer before the last"
    )
    parser.add_argument(
        "--streaming", action="store_true", help="write a stream each, that takes a hop at a time and carries its state"
    )
    parser.add_argument(
        "--frames", action="store_true", help="write a second file each, that says when: probabilities frame by frame"
    )
    parser.add_argument(
        "--hop", type=int, metavar="SAMPLES", help="of a stream (default: twice the shortest that the model takes)"
    )
    args = parser.parse_args(argv)
    if args.hop is not None and not args.streaming:
        parser.error("--hop is for --streaming")
    config = ConversionConfig(model=args.model, trained=args.trained)

    from classifier.export import frames, streaming
    from classifier.records import artifact

    models = artifact.trained(config.trained, config.model)
    for model in models:
        places.check_writable(model.folder, places.COPY)
    if args.streaming:
        streaming.check(models)
    if args.frames:
        frames.check(models)
    try:
        convert(models, args)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command converts from the beginning") from None
    model, trained = commands.unless(config.model, MODEL), commands.unless(config.trained, TRAINED)
    print(f"next: {commands.script('WriteMetadataToModel.py', model=model, trained=trained)}")


def convert(models, args):
    """Write all that is asked for, and print what came of it."""
    console.import_tensorflow()  # takes seconds: what is wrong with the models is said before
    from classifier.export import embedding, frames, streaming, variants
    from classifier.reporting import tables

    for path in streaming.write(models, args.hop) if args.streaming else []:
        print(f"{path} takes a hop at a time and carries its state: docs/guide/streams.md")
    for path in frames.write(models) if args.frames else []:
        print(f"{path} says when: {commands.script('ClassifyRecordings.py', model=path.parent, frames=True)}")
    for model in models:
        variants.write(model)
    tables.variants(models)
    print(f"wrote the variants into {', '.join(str(model.folder) for model in models)}")
    for path in embedding.write(models) if args.embedding else []:
        print(f"{path} computes embeddings; search with it: {commands.script('SearchRecordings.py', model=path)}")


if __name__ == "__main__":
    console.run(main)
