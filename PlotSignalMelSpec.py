"""Step 6: plot waveform, spectrogram and mel spectrogram of a recording, or of the sample signal; more on request.

With --features, a gallery: a recording through every feature, or a data folder, label by label; with --layers, a model;
with --attention, which second of a recording spoke for which label.
"""

from pathlib import Path

from classifier.core import arguments, console
from classifier.plotting.config import PlotConfig

# Parameters: change them here, or give them on the command line.
PNG = None  # where a single picture goes; None: into OUT, named like the recording
START = 0.0  # seconds; where the window begins that features see
CHANNEL = None  # of recordings with several: mix, first, second or loudest; None: as a model was trained, else mix
OVERLAP = 0.5  # of the windows in the picture of overlapping windows
OUT = None  # folder; None: gallery for galleries, the current folder for a single picture


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, help="or a data folder (default: the sample signal)")
    parser.add_argument("--png", default=PNG, type=Path, help="of a single picture (default: named like the recording)")
    parser.add_argument("--features", metavar="NAMES", help="a gallery of features: names with commas, or all")
    parser.add_argument("--layers", metavar="MODELS", help="a picture of models' layers: names with commas, or all")
    parser.add_argument("--attention", metavar="FOLDER", type=Path, help="a trained model: which second spoke for what")
    parser.add_argument("--start", default=START, type=float, help="seconds before the window (default: %(default)s)")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows: 0.5 is half (default: %(default)s)")
    parser.add_argument(
        "--out", default=OUT, type=Path, help="folder (default: gallery; of a single picture, this one)"
    )
    arguments.add_channel(parser, CHANNEL, arguments.ONE_BY_ONE)
    arguments.add_weights(parser)
    args = vars(parser.parse_args(argv))
    file = args.pop("weights")
    config = PlotConfig(**args)

    from classifier.plotting import pictures
    from classifier.pretrained import weights

    weights.take(file)
    drawn = pictures.draw(config)
    print(f"wrote {drawn.written}; next: {drawn.next_command}")


if __name__ == "__main__":
    console.run(main)
