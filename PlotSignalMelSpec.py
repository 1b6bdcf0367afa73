"""Step 6: plot waveform, spectrogram and mel spectrogram of a recording, or of the sample signal; more on request.

With --features, a gallery: a recording through every feature, or a data folder, label by label; with --layers, a model;
with --attention, which second of a recording spoke for which label.
"""

from pathlib import Path

from classifier.core import arguments, console, registry
from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.data.labels import read_labels
from classifier.records.audio_format import make_audio_format
from Constants import GALLERY
from SampleSignal import sample_signal

# Parameters: change them here, or give them on the command line.
PNG = None  # where the picture goes; None: named like the recording, in the current folder
FOR_DATA = "log_mel_spectrogram,mfcc"  # features drawn of a data folder where --features names no others
START = 0.0  # seconds; where the window begins that features see
OVERLAP = 0.5  # of the windows in the picture of overlapping windows
LONGEST = 600  # seconds of a recording in a gallery
OUT = GALLERY


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, help="or a data folder (default: the sample signal)")
    parser.add_argument("--png", default=PNG, type=Path, help="default: named like the recording, in this folder")
    parser.add_argument("--features", metavar="NAMES", help="a gallery of features: names with commas, or all")
    parser.add_argument("--layers", metavar="MODELS", help="a picture of models' layers: names with commas, or all")
    parser.add_argument("--attention", metavar="FOLDER", type=Path, help="a trained model: which second spoke for what")
    parser.add_argument("--start", default=START, type=float, help="seconds before the window (default: %(default)s)")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows: 0.5 is half (default: %(default)s)")
    parser.add_argument("--out", default=OUT, type=Path, help="folder for galleries (default: gallery)")
    args = parser.parse_args(argv)

    check_range("--overlap", args.overlap, "a share of a window", 0, below=1)
    check_range("--start", args.start, "seconds before the window", 0)
    is_data = args.recording and (args.recording.is_dir() or args.recording.suffix == ".csv")
    if args.attention:
        draw_attention(args.recording, args.attention, args.png)
    elif args.layers:
        draw_layers(registry.choose("models", args.layers), args.out)
    elif args.features or is_data:
        draw_gallery(args.recording, is_data, registry.choose("features", args.features or FOR_DATA), args)
    else:
        draw_recording(args.recording, args.png)


def draw_recording(path, png):
    from classifier.audio import recording, spectrograms
    from classifier.plotting import plots

    audio_format, name = make_audio_format(), path.name if path else "sample_signal"
    signal = recording.read(path, audio_format.sample_rate) if path else sample_signal()
    power = spectrograms.power_spectrogram(signal, audio_format)
    mel_power = spectrograms.mel_spectrograms([signal], audio_format)[0]
    png = png or Path(f"{Path(name).stem}.png")
    plots.recording(signal, power, mel_power, audio_format, name, png, show=True)
    print(f"wrote {png}; next: python TestSignalModel.py RECORDING says what the models make of it")


def draw_attention(path, folder, png):
    from classifier.plotting import attention
    from classifier.records import artifact

    trained = attention.load(folder)
    path = path or artifact.example(folder)
    png = png or Path(f"{path.stem}_attention.png")
    attention.draw(trained, path, png, show=True)
    print(f"wrote {png}; next: python TestSignalModel.py {path} --model {folder} says it in numbers")


def draw_gallery(path, is_data, features, args):
    from classifier.data import clips
    from classifier.plotting import data_gallery, gallery

    path = path.resolve() if is_data else path  # "." has no name
    audio_format, name = make_audio_format(), path.stem if path else "sample_signal"
    folder, sheet = args.out / name, args.out / f"{name}.png"
    if is_data:
        made = data_gallery.draw(name, clips.read_clips(path), features, audio_format, args.start, folder)
        next_step = f"python TrainModel.py --data {path}"
    else:
        first = round(args.start * audio_format.sample_rate)
        signal = gallery.read(path, audio_format, args.start, LONGEST) if path else sample_signal()[first:]
        if not len(signal):
            raise InputError(
                f"the sample signal lasts {audio_format.seconds:g} s, --start {args.start:g} is after its end"
            )
        made = gallery.of_recording(name, signal, features, audio_format, args.start, args.overlap, folder)
        next_step = "a data folder in place of the recording compares its labels"
    gallery.contact_sheet(made, sheet)
    print(f"wrote {sheet}, and its {len(made)} pictures into {folder}; next: {next_step}")


def draw_layers(models, out):
    from classifier.plotting import layers
    from classifier.records.config import audio_format_of

    paths = [out / f"layers_{name}.png" for name in models]
    for name, path in console.progress(list(zip(models, paths, strict=True)), "models"):
        layers.draw(name, audio_format_of(name), len(read_labels()), path)
    print(f"wrote {', '.join(map(str, paths))}; next: python TrainModel.py --model {models[0]}")


if __name__ == "__main__":
    console.run(main)
