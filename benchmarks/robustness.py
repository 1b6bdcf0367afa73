"""What models recognise as other microphones, apps and lines would hand over the sound: a row per alteration.

    python -m benchmarks.robustness trained/signal trained/mel
    python -m benchmarks.robustness trained/signal --file
    python -m benchmarks.robustness --data ../shared/data/voices --group-by '^([^_]+)_' --model signal --crop 0 0.8

Balanced accuracy of up to --windows windows of the test split, and the recall of each label. With --data a model is
trained first, once for each --crop: the share of a window that is cut off its end and silence there, a technique that
could teach that zeros say nothing. Finished trainings are kept in --out and not repeated.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import trainings
from classifier.core import arguments, console, registry
from classifier.data import audio_cache, clips
from classifier.data.layouts import folder_of
from classifier.inference import predictor
from classifier.records import artifact
from classifier.scoring import robustness
from Constants import EVALUATED


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="of trained models")
    parser.add_argument("--file", action="store_true", help="ask the .tflite for the app, and not Keras")
    parser.add_argument("--windows", type=int, default=robustness.WINDOWS, help="at most (default: %(default)s)")
    parser.add_argument("--data", type=Path, help="train on this folder of recordings first")
    parser.add_argument("--group-by", metavar="REGEX")
    parser.add_argument("--model", default="signal", help="default: %(default)s")
    parser.add_argument("--crop", type=float, nargs="+", default=[0.0], help="shares (default: 0)")
    parser.add_argument("--fold", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--out", type=Path, default=EVALUATED / "robustness", help="default: %(default)s")
    args = parser.parse_args(argv)
    if not args.folders and not args.data:
        parser.error("name folders of trained models, or recordings to train on with --data")
    found = {str(folder): artifact.load(folder) for folder in args.folders}
    if args.data:
        found |= {f"{args.model}, crop {crop:g}": _trained(args, crop) for crop in args.crop}
    rows, labels = [], []
    for name, trained in found.items():
        labels = trained.labels
        for of in _measured(trained, args.file, args.windows):
            recall = [f"{of.recall[label]:.1%}" if label in of.recall else "-" for label in labels]
            rows.append([name, of.what, f"{of.balanced_accuracy:.1%}", ", ".join(recall)])
    console.table(["model", "windows", "balanced accuracy", f"recall of {', '.join(labels)}"], rows)


def _trained(args, crop):
    out = args.out / f"{args.data.name}_fold_{args.fold}_seed_{args.seed}" / f"crop_{crop:g}"
    if not (out / args.model / artifact.RUN).is_file():
        console.import_tensorflow()
        from classifier.export.convert import try_export
        from classifier.training import data
        from classifier.training.train import train

        module = registry.load("models", args.model)
        ships = module.RECIPE
        module.RECIPE = replace(ships, crop=crop)
        config = trainings.config_of(args, args.model, args.seed, args.epochs, out)
        list(train(config, data.load(config), try_export))
        module.RECIPE = ships
    return artifact.load(out / args.model)


def _measured(trained, as_file, n_windows):
    """The Conditions of a trained model, on windows of its test split."""
    config, audio_format = trained.record.config, trained.audio_format
    read = clips.read_clips(config.data, config.group_by, config.layout)
    names = set(trained.record.split.test)
    held_out = [clip for clip in read if clip.name(folder_of(config.data)) in names]
    cache = audio_cache.read(held_out, config.data, audio_format.sample_rate, channel=config.channel)
    windows, targets = [], []
    for i, clip in enumerate(held_out):
        samples, length = audio_cache.to_float(cache.samples(i)), audio_format.window_length
        whole = samples[: len(samples) // length * length].reshape(-1, length)
        windows += list(whole)
        targets += [trained.labels.index(clip.label)] * len(whole)
    chosen = robustness.choose(np.array(targets), n_windows)
    if as_file:
        predict = predictor.load_predictor(trained.folder).probabilities
    else:
        model = artifact.load_keras(trained)

        def predict(rows):
            return model.predict(rows, verbose=0)

    about = (np.array(targets)[chosen], trained.labels, audio_format.sample_rate)
    return robustness.measure(predict, np.stack([windows[i] for i in chosen]), *about)


if __name__ == "__main__":
    console.run(main)
