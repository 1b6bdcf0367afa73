"""The stages of a training: first a head on a pretrained network, where there is one; then the model with it.

A refit goes through the same stages, each for as many optimizer steps as the held-out model had taken when it was best.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import keras

from classifier.core.console import say
from classifier.models import assemble
from classifier.records.training_config import TrainingConfig
from classifier.training import distributed, fit, unfinished
from classifier.training.at_bound import AtBound
from classifier.training.at_precision import AtPrecision
from classifier.training.checkpoint import Checkpoint
from classifier.training.data import TrainingData
from classifier.training.task import VALIDATION_NEGATIVES, Task
from classifier.training.time_limit import TimeLimit
from classifier.training.turns import Turns


@dataclass(frozen=True)
class Stage:
    """A stage that is over.

    Attributes:
        checkpoint: what it left behind.
        epochs: after which the weights were kept.
        steps_per_epoch: of the optimizer.
    """

    checkpoint: Checkpoint
    epochs: int
    steps_per_epoch: int

    @property
    def steps(self) -> int:
        """Of the optimizer, until the weights that are kept."""
        return self.epochs * self.steps_per_epoch

    @property
    def is_cut(self) -> bool:
        """Whether a time limit ended it."""
        return self.checkpoint.is_cut

    @property
    def seconds(self) -> float:
        """That these steps took: of the epochs up to the best; the first takes longer than the others."""
        return self.checkpoint.until[self.epochs - 1] if self.epochs else 0.0


def fit_stages(
    task: Task,
    model: keras.Model,
    config: TrainingConfig,
    data: TrainingData,
    limit: TimeLimit,
    held_out: Mapping[str, Stage] | None = None,
) -> dict[str, Stage]:
    """Fit a model in one stage, or a head on a pretrained network and then, with fine-tuning, the network too.

    Args:
        limit: that the stages share; a refit takes as long as it takes.
        held_out: the stages of the held-out model, for a refit: without validation, for their steps. None: no refit.

    Returns:
        {stage of unfinished.STAGES: Stage}, in their order.
    """
    begun = unfinished.identity(task.name, config, data)
    noise = data.background_noise[task.audio_format.sample_rate]
    paths = {"data": "", "negatives": "", "background_noise": noise and noise.fingerprint}  # machines may differ
    distributed.agree({**begun, **paths, "--resume": config.resume, "--refit": config.refit})
    done = {}
    with distributed.spread(model) as learning:
        stages = _stages(task, learning)
        for name, (title, learner, windows) in stages.items():
            fitted = learner, distributed.share(windows["train"]), config.resume
            if held_out:
                folder = unfinished.folder(config.trained, task.name, unfinished.refit_of(name))
                run = {**begun, "refit": config.refit}
                done[name] = _refit(*fitted, f"the refit of {title}", folder, run, held_out[name])
            else:
                folder = unfinished.folder(config.trained, task.name, name)
                measures = AtPrecision(windows["validation"]) if task.multi_label else _at_bound(task, windows, data)
                validation, share = distributed.share(windows["validation"]), limit.share(len(stages) - len(done))
                done[name] = _fit(*fitted, title, folder, begun, validation, measures, share)
    return done


def _stages(task, learning):
    """{name: (title, what learns, windows of each split)}."""
    stages = {"training": (task.name, learning, task.windows)}
    if task.embedded:
        head = {"head": (f"{task.name}'s head", assemble.behind_features(learning), task.embedded)}
        stages = {**head, **stages} if task.fine_tuning else head
    if task.fine_tuning:
        learning.get_layer("features").learn(task.fine_tuning.fine_tuned)
    return stages


def _at_bound(task, windows, data):
    """What measures misses at the bound on false alarms; None without negatives, and where processes share windows."""
    validation = windows["validation"]
    if data.negatives is None:
        return None
    if distributed.share(validation) is not validation:
        say(f"{task.name}: on JAX the epoch is chosen by balanced accuracy, with negatives too")
        return None
    return AtBound(validation, windows.get(VALIDATION_NEGATIVES), task.labels, task.background)


def _fit(learner, learn, resume, title, folder, begun, validation, measures, limit):
    best, names = fit.monitored(measures)
    checkpoint = Checkpoint(folder, begun, learn.recipe, best, names)
    best_epoch = fit.fit(learner, learn.recipe, learn, validation, title, checkpoint, resume, measures, limit)
    return Stage(checkpoint, best_epoch, len(learn))


def _refit(learner, learn, resume, title, folder, begun, held_out):
    """No epoch is chosen: the last weights are kept, so that the learning rate falls to its end within these steps."""
    recipe = replace(learn.recipe, epochs=held_out.epochs, patience=None)
    checkpoint = Checkpoint(folder, begun, recipe, fit.BEST, fit.of_refit(recipe))
    fit.fit(learner, recipe, Turns(learn, held_out.steps_per_epoch), None, title, checkpoint, resume)
    return Stage(checkpoint, held_out.epochs, held_out.steps_per_epoch)
