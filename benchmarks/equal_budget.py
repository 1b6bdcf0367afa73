"""Every model of the zoo that learns from scratch on one fold, with the same minutes of training on one thread each.

    python -m benchmarks.equal_budget --data ../shared/data/esc10 --fold 1 --minutes 3

Times some steps of a model; as many epochs of its recipe as fit into the minutes are its training, of which validation
chooses the best. A process computes on one thread, so that none is helped by cores that others leave idle. Each
finished training is a line of the csv, and is not repeated.
"""

import os
import shutil
import time
from pathlib import Path

import numpy as np

from benchmarks import trainings
from classifier.core import console, parallel, registry
from classifier.records.audio_format import AudioFormat
from classifier.training import data

TIMED = (3, 12)  # steps that are left out, because TensorFlow plans and compiles in them, and steps that are timed
SEED = 0
KEY = ("model", "group_by", "fold", "minutes")
COUNTS, SHARES = ("model", "weights", "epochs"), ("windows", "recordings")  # columns that are shown
RESULTS = Path(__file__).resolve().parent / "results"


def main(argv=None):
    parser = trainings.parser(__doc__, "equal_budget", "all")
    parser.add_argument("--fold", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=3, help="of training, for each (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="models at once, a thread each")
    args = parser.parse_args(argv)

    args.out.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"equal_budget_{args.data.name}.csv"
    rows = trainings.read_rows(path, KEY)
    wanted = [
        (name, args.group_by or "", str(args.fold), f"{args.minutes:g}") for name in trainings.from_scratch(args.model)
    ]
    missing = [key for key in wanted if key not in rows]
    if missing:  # decoded once, before there are several processes
        data.load(trainings.config_of(args, "signal", SEED, None, args.out))
    for key, found in parallel.results(_trained, [(args, key) for key in missing], at_once=args.jobs):
        rows[key] = dict(zip(KEY, key, strict=True)) | found
        trainings.append_row(path, rows[key])
    shown = sorted((rows[key] for key in wanted), key=lambda row: -float(row["windows"]))
    console.table(
        ["model", "weights", "epochs", "windows, balanced accuracy", "recordings right"],
        [[*(row[of] for of in COUNTS), *(f"{float(row[of]):.1%}" for of in SHARES)] for row in shown],
    )


def _trained(args, key):
    """The key of a training, and {column: value} of what came of it; its folder is removed."""
    name = key[0]
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")  # before TensorFlow looks
    console.import_tensorflow()
    from classifier.export.convert import try_export
    from classifier.training.train import train

    out = args.out / f"{args.data.name}-{name}"
    out.mkdir(parents=True, exist_ok=True)
    loaded = data.load(trainings.config_of(args, name, SEED, None, out))
    held = loaded.audio[AudioFormat().sample_rate]
    config = trainings.config_of(args, name, SEED, _epochs(name, held, loaded.labels, args), out)
    (trained,) = train(config, loaded, try_export)
    record, scores = trained.record, trained.record.scores
    shutil.rmtree(out)
    accuracies = {"windows": scores.windows.balanced_accuracy, "recordings": scores.recordings.accuracy}
    return key, {"weights": record.parameters, "epochs": record.config.epochs, **accuracies}


def _epochs(name, held, labels, args):
    """How many epochs fit into the minutes."""
    from classifier.data import splits
    from classifier.models import assemble
    from classifier.training.datasets import TrainingWindows

    model_file, audio_format = registry.load("models", name), AudioFormat()
    learns = np.flatnonzero(splits.split(held.clips, held.contents, args.fold, SEED) == "train")
    windows = TrainingWindows(held, learns, labels, audio_format, recipe=model_file.RECIPE, seed=SEED)
    features = assemble.features_of(model_file, audio_format)
    learner = assemble.learner(assemble.build(model_file, features, audio_format, len(labels)), model_file.RECIPE.masks)
    learner.compile("adam", "categorical_crossentropy", jit_compile=False)
    times = []
    for step in range(sum(TIMED)):
        started = time.perf_counter()
        learner.train_on_batch(*windows[step % len(windows)])
        times.append(time.perf_counter() - started)
    return max(1, int(60 * args.minutes / (len(windows) * np.mean(times[TIMED[0] :]))))


if __name__ == "__main__":
    console.run(main)
