"""Whether each model is wired right: it has to learn a few recordings by heart.

    python -m benchmarks.memorise --data ../shared/data/esc10 --model stft_phase_cnn,resnet50_lstm

Each model learns equally many recordings of each label, as they are. Nothing alters them, and the learning rate stays
as it is after its warm-up. After every epoch it is asked about the same recordings. A model that cannot learn these
learns nothing from more. Smaller batches make more steps of the same minutes, for a model that is slow. Each finished
model is a line of the csv. It is not repeated, but for one that was stopped after fewer minutes.
"""

import json
import time
from collections import Counter
from dataclasses import MISSING, fields
from pathlib import Path

import numpy as np

from benchmarks import trainings
from classifier.core import console
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe
from classifier.scoring import metrics
from classifier.training import data

SEED = 0
KEY = ("model", "group_by", "fold", "recordings", "batch_size")
ENOUGH = 0.99  # balanced accuracy of recordings
KEPT = ("weight_decay", "warm_up", "balanced")  # of a recipe, beside what has no default: these alter no recording
PLAIN = {f.name: f.default for f in fields(Recipe) if f.default is not MISSING and f.name not in KEPT}
RESULTS = Path(__file__).resolve().parent / "results"


def main(argv=None):
    parser = trainings.parser(__doc__, "memorise", "all")
    parser.add_argument("--fold", type=int, default=1, help="whose training split has them (default: %(default)s)")
    parser.add_argument("--recordings", type=int, default=40, help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=10, help="at most, for each model (default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=FIELD.batch_size, help="default: %(default)s windows")
    args = parser.parse_args(argv)

    path = RESULTS / f"memorise_{args.data.name}.csv"
    rows = trainings.read_rows(path, KEY)
    names = trainings.from_scratch(args.model)
    same = args.group_by or "", str(args.fold), str(args.recordings), str(args.batch_size)
    wanted = [(name, *same) for name in names]
    for key in wanted:
        if key not in rows or not _is_done(rows[key], args.minutes):
            console.import_tensorflow()
            rows[key] = dict(zip(KEY, key, strict=True)) | _learned(key[0], args)
            trainings.append_row(path, rows[key])
    shown = [rows[key] | {"right": f"{float(rows[key]['right']):.1%}"} for key in wanted]
    console.table(list(shown[0]), [list(row.values()) for row in shown])


def _is_done(row, minutes):
    """Whether a model knew enough, or had as many minutes as are given now."""
    return float(row["right"]) >= ENOUGH or float(row["minutes"]) >= minutes


def _learned(name, args):
    """{column: value} of a model that learned until it knew enough, or until its minutes were over."""
    from classifier.core import interruptible
    from classifier.models import assemble
    from classifier.training import fit
    from classifier.training import task as tasks
    from classifier.training.datasets import Windows
    from classifier.training.train import start_anew

    start_anew(SEED)
    rate = AudioFormat().sample_rate
    config = trainings.config_of(
        args, name, SEED, None, args.out, recipe=json.dumps(PLAIN | {"batch_size": args.batch_size})
    )
    loaded = data.load(config)
    _keep(loaded.splits[rate], loaded.audio[rate].clips, args.recordings)
    task = tasks.prepare(name, config, loaded)
    learns, model = task.windows["train"], tasks.build(task)
    asked = Windows(task.audio, loaded.clips_of(rate, "train"), task.labels, task.audio_format, 32).without_silence()
    of = asked.targets, asked.recordings, task.labels
    learner = assemble.learner(model)
    fit.compile_model(learner, task.recipe, len(learns))
    started, epochs, right = time.monotonic(), 0, 0.0
    with console.progress(None, name, total=100) as bar:
        while right < ENOUGH and time.monotonic() - started < 60 * args.minutes:
            interruptible.fit(learner, learns, shuffle=False)
            epochs += 1
            right = metrics.balanced_accuracy(interruptible.predict(model, asked), *of)[1]
            bar.update(round(100 * right) - bar.n)
    minutes = (time.monotonic() - started) / 60
    return {"weights": model.count_params(), "right": right, "epochs": epochs, "minutes": f"{minutes:.1f}"}


def _keep(split, clips, n):
    """Leave n recordings in the training split, as many of each label; the others go to validation."""
    taken, labels = Counter(), {clips[i].label for i in np.flatnonzero(split == "train")}
    for i in np.flatnonzero(split == "train"):
        taken[clips[i].label] += 1
        if taken[clips[i].label] > n // len(labels):
            split[i] = "validation"


if __name__ == "__main__":
    console.run(main)
