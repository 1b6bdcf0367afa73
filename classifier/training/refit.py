"""Train the model that ships again, on all recordings, with what the held-out model's training has chosen."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np

from classifier.core import interruptible
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.core.text import duration
from classifier.data import layouts
from classifier.records import teachers
from classifier.records.refit import REFITS
from classifier.records.run_record import Refit
from classifier.records.training_config import TrainingConfig
from classifier.scoring import metrics, multi_label
from classifier.training import distributed, stages
from classifier.training import task as tasks
from classifier.training.checkpoint import Checkpoint
from classifier.training.data import TrainingData
from classifier.training.stages import Stage
from classifier.training.time_limit import TimeLimit


@dataclass(frozen=True)
class Refitted:
    """A model that was trained again.

    Attributes:
        record: what it learned from.
        predictions: {split: as of Artifact.predictions} of the splits that it has not heard.
        checkpoint: of its last stage.
    """

    model: keras.Model
    record: Refit
    predictions: dict[str, dict[str, np.ndarray]]
    checkpoint: Checkpoint


def refit(
    name: str,
    config: TrainingConfig,
    data: TrainingData,
    held_out: Mapping[str, Stage],
    thresholds: Mapping[str, float],
) -> Refitted:
    """Train a model on the splits of `config.refit`, for as many optimizer steps as its held-out twin took.

    Args:
        name: of the model.
        held_out: the stages of the held-out model.
        thresholds: {label: threshold} of that model.

    Raises:
        InputError: the training diverged.
    """
    started, learned = time.monotonic(), REFITS[config.refit]
    task = tasks.prepare(name, config, data, learned)
    model = tasks.build(task)
    n_steps = sum(stage.steps for stage in held_out.values())
    n_recordings, n_held_out = (int(np.isin(task.split, of).sum()) for of in (learned, ("train",)))
    folder = layouts.folder_of(config.data)
    units = layouts.units_of(clip.name(folder) for clip in task.audio.clips)
    of_all = "all " if n_recordings == len(task.split) else ""
    say(
        f"refit: {name} learns again from {of_all}{n_recordings} {units} (before: {n_held_out}) for the {n_steps} "
        "steps that its best epoch took: about "
        f"{duration(sum(stage.seconds for stage in held_out.values()))}; --no-refit leaves it out"
        + (f". {data.teacher.refit.folder} teaches it" if data.teacher else "")
    )
    done = stages.fit_stages(task, model, config, data, TimeLimit(), held_out)
    if not all(np.isfinite(values).all() for values in model.get_weights()):
        raise InputError(
            f"the refit of {name} diverged: lower the learning rate of its recipe, or keep the held-out model with "
            "--resume --no-refit"
        )
    has_heard = "test" in learned or not distributed.is_first()
    unheard = [] if has_heard else [of for of in ("test", tasks.TEST_NEGATIVES) if of in task.windows]
    predictions = {of: task.windows[of].predictions(interruptible.predict(model, task.windows[of])) for of in unheard}
    record = Refit(
        splits=list(learned),
        recordings=n_recordings,
        windows=len(task.first.targets),
        steps=n_steps,
        seconds=round(sum(s.checkpoint.seconds_before for s in done.values()) + time.monotonic() - started, 1),
        scores=_scores(predictions["test"], data.labels, thresholds) if predictions else None,
        teacher=teachers.record_of(data.teacher.refit, str(config.teacher)) if data.teacher else None,
    )
    return Refitted(model, record, predictions, list(done.values())[-1].checkpoint)


def fits(name: str, config: TrainingConfig, held_out: Mapping[str, Stage], limit: TimeLimit) -> bool:
    """Whether the refit of a model would end in time, as long as its held-out twin's steps took; says it if not."""
    seconds = sum(stage.seconds for stage in held_out.values())
    if limit.fits(seconds):
        return True
    say(
        f"{name}: no refit, which would take about {duration(seconds)}: {limit.left:.0f} s are left of its part of "
        f"--max-minutes {config.max_minutes:g}; the held-out model ships"
    )
    return False


def _scores(test, labels, thresholds):
    if test["targets"].ndim == 2:
        return multi_label.score(test["probabilities"], test["targets"], test["recordings"], labels, thresholds)
    return metrics.score(test["probabilities"], test["targets"], test["recordings"], labels)
