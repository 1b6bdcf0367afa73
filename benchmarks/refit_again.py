"""What a change to the refit brings: the refits of evaluated folds, trained again beside their held-out models.

    python EvaluateModel.py --model mel --data ../shared/data/voices --group-by '^([^_]+)_'
    python -m benchmarks.refit_again evaluated/fold_*/mel
    python EvaluateModel.py --model mel --data ../shared/data/voices --group-by '^([^_]+)_'

The first line trains, the last prints the table of what is there. The refit is the one that EvaluateModel.py would
train with this code, from the same seed. A fold that ends takes the place of the one before; in between, a killed run
leaves that as it was.
"""

import shutil
from dataclasses import fields
from pathlib import Path

from classifier.core import arguments, atomic_files, console
from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.records.config import RunConfig
from classifier.records.training_config import TrainingConfig
from classifier.training import unfinished


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="a refitted model of a fold")
    args = parser.parse_args(argv)

    rows = []
    for folder in args.folders:
        before = artifact.load(folder).record
        if before.fine_tuning or not (before.refit and before.refit.scores):
            raise InputError(f"{folder} is fine-tuned, or was not refitted on a part of the recordings")
        after = _again(folder, before)
        of = [scores.windows.balanced_accuracy for scores in (before.scores, before.refit.scores, after.refit.scores)]
        rows.append([str(folder), *(f"{value:.1%}" for value in of)])
        console.say(f"{folder}: {rows[-1][-1]}")
    console.table(["model", "held out", "refitted before", "refitted again"], rows)


def _again(folder, before):
    """The record of the folder after its refit was trained again."""
    console.import_tensorflow()
    from classifier.core import registry
    from classifier.training import data, train
    from classifier.training.checkpoint import Checkpoint
    from classifier.training.refit import refit
    from classifier.training.stages import Stage

    decided = {field.name: getattr(before.config, field.name) for field in fields(RunConfig)}
    config = TrainingConfig(**decided, models=(before.model,), trained=folder.parent)
    took = Checkpoint(folder, {}, before.recipe, (), {})
    took.until = [before.refit.seconds] * before.best_epoch
    name = "head" if registry.stated("models", before.model, "NETWORK") else "training"
    stages = {name: Stage(took, before.best_epoch, before.refit.steps // before.best_epoch)}
    train.start_anew(config.seed)
    refitted = refit(before.model, config, data.load(config), stages, {})
    with atomic_files.new_folder(folder) as fresh:
        held_out = fresh / "copy"
        shutil.copytree(folder / artifact.HELD_OUT, held_out)
        train.write_refitted(fresh, held_out, refitted)
    unfinished.forget(config.trained, before.model)
    return artifact.load(folder).record


if __name__ == "__main__":
    console.run(main)
