"""Fit a Keras model to windows, as a recipe says."""

import contextlib
from collections.abc import Callable

import keras
import numpy as np
from keras import KerasTensor

from classifier.core import interruptible
from classifier.core.console import progress, say
from classifier.models import assemble
from classifier.records.recipe import OF_EACH_LABEL, Recipe
from classifier.training import distributed, soft_targets
from classifier.training.at_bound import AT_BOUND, AtBound
from classifier.training.at_precision import PRECISION, AtPrecision
from classifier.training.checkpoint import LOGS, Checkpoint
from classifier.training.datasets import Share, Windows
from classifier.training.time_limit import TimeLimit
from classifier.training.turns import Turns

HISTORY = {  # Keras' names: ours; weighted as datasets.Windows weighs, accuracy is balanced accuracy
    "loss": "loss",
    "categorical_accuracy": "balanced_accuracy",
    "val_loss": "validation_loss",
    "val_categorical_accuracy": "validation_balanced_accuracy",
}
HISTORY_OF_SEVERAL = {  # where several labels may be right at once
    "loss": "loss",
    "val_loss": "validation_loss",
    PRECISION: "validation_mean_average_precision",
}
RECALL = "val_categorical_accuracy"
BEST = (RECALL,)  # chooses the epoch: the loss grows with confidence, while recall still improves


def fit(
    model: keras.Model,
    recipe: Recipe,
    learn: Windows | Share | Turns,
    validation: Windows | Share | None,
    name: str,
    checkpoint: Checkpoint,
    resume: bool,
    measures: AtBound | AtPrecision | None = None,
    limit: TimeLimit | None = None,
) -> int:
    """Fit, and leave the model with the weights that are kept.

    Args:
        recipe: how it is trained; its epochs say how the learning rate goes.
        learn: what is learned from, in batches.
        validation: what chooses the epoch; None: nothing does.
        name: that progress shows.
        checkpoint: where it is written; its recipe says after how many epochs training ends.
        resume: go on after the last epoch that lies there.
        measures: where there are negatives or several labels, what predicts the validation split in place of Keras.
        limit: within which it ends, after one epoch at least; None: it takes as long as it takes.

    Returns:
        The epoch that the weights are of, counted from 1.
    """
    learner = assemble.learner(model, recipe.masks, recipe.mixstyle)
    compile_model(learner, recipe, len(learn), positive_weights(learn))
    if keras.backend.backend() == "tensorflow":
        learner._symbolic_build(data_batch=learn[0])  # or the first step is traced twice
    resume = checkpoint.begin(resume)
    checkpoint.set_model(learner)
    if resume:
        checkpoint.restore()
        if checkpoint.is_over:
            say(f"{name}: its {checkpoint.epoch} epochs were done before")
            return checkpoint.finish()
        say(f"{name}: going on after epoch {checkpoint.epoch}")
        learn.begin(checkpoint.epoch)
    epochs = checkpoint.recipe.epochs
    shown = _Progress(name, epochs, len(learn), checkpoint.epoch)
    callbacks = (
        *([measures] if measures else []),  # the others read what it measures
        checkpoint,
        *([_InTime(limit, checkpoint)] if limit else []),  # after what the epoch leaves behind
        shown,
        *([keras.callbacks.TensorBoard(checkpoint.folder / LOGS, write_graph=False)] if distributed.is_first() else []),
    )
    settings = {"epochs": epochs, "initial_epoch": checkpoint.epoch, "callbacks": callbacks}
    # Windows are dealt anew every epoch: Keras would shuffle batches too, as neither --resume nor other processes know.
    validated = None if measures else validation
    with contextlib.closing(shown.bar):
        interruptible.fit(learner, learn, validation_data=validated, shuffle=False, **settings)
    return checkpoint.finish()


def monitored(measures: AtBound | AtPrecision | None) -> tuple[tuple[str, ...], dict[str, str]]:
    """What chooses the epoch, by Keras' names, and {Keras' name: name in the history}."""
    if measures is None:
        return BEST, HISTORY
    if isinstance(measures, AtPrecision):
        return (PRECISION,), HISTORY_OF_SEVERAL
    return (AT_BOUND, *BEST), {**HISTORY, AT_BOUND: "validation_recall_at_bound"}


def of_refit(recipe: Recipe) -> dict[str, str]:
    """{Keras' name: name in the history} of a refit, which has no validation."""
    measured = HISTORY_OF_SEVERAL if recipe.loss == OF_EACH_LABEL else HISTORY
    return {theirs: ours for theirs, ours in measured.items() if not theirs.startswith("val_")}


def compile_model(
    model: keras.Model,
    recipe: Recipe,
    steps: int,
    positive_weights: np.ndarray | None = None,
    run_eagerly: bool = False,
) -> None:
    """Give a model the optimizer, the loss and the metric of a recipe; an epoch has so many steps.

    positive_weights: (labels,) of the loss where several labels may be right at once; None: all are 1.
    """
    of_several = recipe.loss == OF_EACH_LABEL
    model.compile(
        optimizer=optimizer(recipe, steps),
        loss=multi_label_loss(recipe, positive_weights) if of_several else loss(recipe),
        weighted_metrics=None if of_several else [_accuracy(recipe)],
        run_eagerly=run_eagerly,
        jit_compile=keras.backend.backend() == "jax",  # TensorFlow's compiles longer than it saves on processors
    )


def optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    """The optimizer of a recipe, with its learning rate over epochs of so many steps."""
    rate, warm_up = recipe.learning_rate, min(recipe.warm_up, recipe.epochs - 1)
    if recipe.cosine:
        rising = {"warmup_target": rate, "warmup_steps": warm_up * steps} if warm_up else {}
        falling = (recipe.epochs - warm_up) * steps
        rate = keras.optimizers.schedules.CosineDecay(0.0 if warm_up else rate, falling, alpha=0.01, **rising)
    settings = {"learning_rate": rate}
    if recipe.weight_decay is not None:
        settings["weight_decay"] = recipe.weight_decay
    return keras.optimizers.get({"class_name": recipe.optimizer, "config": settings})


def loss(recipe: Recipe) -> keras.losses.Loss | Callable[[KerasTensor, KerasTensor], KerasTensor] | str:
    """The loss of a recipe; with a teacher, of targets (windows, 2 * labels), as of soft_targets."""
    weight, temperature = recipe.teacher_weight, recipe.teacher_temperature
    if weight is not None and temperature is not None:
        return lambda targets, probabilities: soft_targets.loss(targets, probabilities, recipe, weight, temperature)
    if recipe.label_smoothing:
        return keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    return recipe.loss


def positive_weights(learn: Windows | Share | Turns) -> np.ndarray | None:
    """(labels,) those of the windows that are learned from; None where each has one label, or all count the same."""
    return learn.positive_weights if isinstance(learn, Windows) else positive_weights(learn.windows)


def multi_label_loss(
    recipe: Recipe, positive_weights: np.ndarray | None
) -> Callable[[KerasTensor, KerasTensor], KerasTensor]:
    """The binary cross-entropy of (windows, labels) targets, (windows,): the mean over the labels.

    Args:
        positive_weights: (labels,) what a target of 1 counts for one of 0; None: the same.
    """
    more = np.zeros(1, "float32") if positive_weights is None else positive_weights - 1

    def of_windows(targets: KerasTensor, probabilities: KerasTensor) -> KerasTensor:
        smoothing = {"label_smoothing": recipe.label_smoothing}
        pairs = keras.ops.expand_dims(targets, -1), keras.ops.expand_dims(probabilities, -1)
        of_labels = keras.losses.binary_crossentropy(*pairs, **smoothing)
        return keras.ops.mean(of_labels * (1 + targets * more), axis=-1)

    return of_windows


def _accuracy(recipe):
    if recipe.teacher_weight is None:
        return "categorical_accuracy"
    return keras.metrics.MeanMetricWrapper(soft_targets.accuracy, name="categorical_accuracy")


class _InTime(keras.callbacks.Callback):
    """Ends a training where another epoch, as long as the last one, would not fit into its time limit."""

    def __init__(self, limit, checkpoint):
        super().__init__()
        self.limit, self.checkpoint, self.began = limit, checkpoint, 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.began = self.limit.clock()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        seconds = self.limit.clock() - self.began
        if not self.checkpoint.is_over and not self.limit.fits_epoch(seconds):
            self.checkpoint.is_cut = self.model.stop_training = True


class _Progress(keras.callbacks.Callback):
    def __init__(self, name, epochs, steps, done):
        super().__init__()
        self.name, self.epochs = name, epochs
        self.bar = progress(None, f"training {name}", epochs * steps)
        self.bar.initial = self.bar.n = done * steps

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.set_description(f"training {self.name}, epoch {epoch + 1} of {self.epochs}", refresh=False)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        if PRECISION in logs:
            said = f"validation: loss {logs['val_loss']:.3f}, mean average precision {logs[PRECISION]:.1%}"
            self.bar.set_postfix_str(said, refresh=False)
        if RECALL not in logs:  # a refit has no validation
            return
        said = f"validation: loss {logs['val_loss']:.3f}, balanced accuracy {logs[RECALL]:.1%}"
        said += f", at the bound on false alarms {logs[AT_BOUND]:.1%}" if AT_BOUND in logs else ""
        self.bar.set_postfix_str(said, refresh=False)
