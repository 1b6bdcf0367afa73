"""Train models: features standardised, body fitted, the best epoch kept, the test split only reported."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from classifier.core import atomic_files, disk, interruptible
from classifier.core.console import quiet_libraries, say
from classifier.data import layouts, provenance
from classifier.records import artifact, run_record, teachers, window_predictions
from classifier.records.artifact import Artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.refit import NONE
from classifier.records.run_record import RunRecord, TimeLimited
from classifier.records.training_config import TrainingConfig
from classifier.records.window_predictions import OF_NEGATIVES
from classifier.scoring import calibration, metrics, robustness, thresholds
from classifier.training import (
    decisions,
    distributed,
    fit,
    frame_decisions,
    multi_label_scores,
    replaced,
    start,
    unfinished,
)
from classifier.training import task as tasks
from classifier.training.checkpoint import LOGS
from classifier.training.data import TrainingData
from classifier.training.refit import Refitted, fits, refit
from classifier.training.stages import fit_stages
from classifier.training.time_limit import TimeLimit

TryConversion = Callable[[str, keras.Model, AudioFormat], None]  # raises InputError where a model cannot be converted


def train(
    config: TrainingConfig, data: TrainingData, try_conversion: TryConversion, limit: TimeLimit | None = None
) -> Iterator[Artifact]:
    """Train the models of a config, one after the other, each into its folder.

    Args:
        data: of `training.data.load(config)`.
        try_conversion: called with a model's name, a model that is hardly trained, and its audio format.
        limit: that the models share; the first is trained in any case. None: it begins now.

    Yields:
        Each trained model's folder, read back; nothing in a process that is not the first of several.

    Raises:
        InputError: a model cannot be converted, or a training diverged.
    """
    limit, names = limit or TimeLimit.of(config.max_minutes), list(data.audio_formats)
    with distributed.joined(config.team):
        for position, name in enumerate(names):
            if position and not limit.left:
                return
            trained = train_model(name, config, data, try_conversion, limit.share(len(names) - position))
            if trained:
                yield trained


def train_model(
    name: str, config: TrainingConfig, data: TrainingData, try_conversion: TryConversion, limit: TimeLimit
) -> Artifact | None:
    """Train one model and write its folder; arguments and errors are train's."""
    started, folder = time.monotonic(), config.trained / name
    start_anew(config.seed)
    if data.audio_formats[name] != AudioFormat():
        say(f"{name}: {data.audio_formats[name].words}")
    task = tasks.prepare(name, config, data)
    model = tasks.build(task)
    _check_that_it_converts(task, model, try_conversion)
    n_windows = [len(windows.targets) for windows in (task.first, task.windows["validation"], task.windows["test"])]
    counts = "windows to learn from {}, to validate {}, to test {}".format(*n_windows)
    say(f"{name}: {model.count_params():,} weights; {counts}")
    if data.teacher:
        say(f"{name}: {_teaching(task, data.teacher.held_out)}")

    if distributed.is_first() and not config.resume:
        unfinished.forget(config.trained, name)  # an older run may have come to a later stage
    stages = fit_stages(task, model, config, data, limit)
    taught_by = teachers.record_of(data.teacher.held_out, str(config.teacher)) if data.teacher else None
    held_out = list(stages.values())[-1].checkpoint.folder / artifact.HELD_OUT
    if distributed.is_first():
        _write_held_out(held_out, task, model, config, stages, started, taught_by)
    refitted, refits = None, config.refit != NONE and fits(name, config, stages, limit)
    limited = _limited(config, stages, refits)
    if limited and distributed.is_first():
        replace(RunRecord.read(held_out), time_limit=limited).write(held_out)
    if refits:
        del model, task
        start_anew(config.seed)
        chosen = RunRecord.read(held_out).thresholds if config.multi_label else {}
        refitted = refit(name, config, data, stages, chosen)
    if not distributed.is_first():
        return None
    with atomic_files.new_folder(folder, replaced.previous(config, data, name)) as fresh:
        if refitted:
            write_refitted(fresh, held_out, refitted)
        else:
            for path in held_out.iterdir():
                os.replace(path, fresh / path.name)
    goes_on = limited is not None and (limited.is_cut or limited.refit_left_out)  # with more minutes, and --resume
    unfinished.forget(config.trained, name, refit_only=goes_on)
    return artifact.load(folder)


def write_refitted(folder: Path, held_out: Path, refitted: Refitted) -> None:
    """Write what ships of a model that was trained again; the folder of its held-out model moves into it."""
    record = replace(RunRecord.read(held_out), refit=refitted.record)
    _write(folder, refitted.model, record, refitted.predictions, refitted.checkpoint)
    os.replace(held_out, folder / artifact.HELD_OUT)


def start_anew(seed: int) -> None:
    """Forget the models before, and begin all that is random at a seed."""
    keras.utils.clear_session()  # lets go of the model before, which it collects; counts names from the start
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


def _check_that_it_converts(task, model, try_conversion):
    """Convert the model before it learns: a conversion that cannot work fails now, and not after hours.

    On TensorFlow a copy learns for one step first.
    """
    if not distributed.is_first():
        return
    after = "before it learns"
    if keras.backend.backend() == "tensorflow":
        after, learn = "after one step", task.windows["train"]
        model = keras.models.clone_model(model)
        fit.compile_model(
            model, learn.recipe, len(learn), fit.positive_weights(learn), run_eagerly=True
        )  # one step is not worth a graph
        with quiet_libraries():  # Keras warns of the outputs that only the model which learns has
            model.train_on_batch(*learn[0])
    say(f"converting the model {after}, to be sure that the trained one can be ...")
    try_conversion(task.name, model, task.audio_format)


def _teaching(task, teacher):
    recipe = task.fine_tuning or task.recipe
    said = f"{recipe.teacher_weight:.0%} of the loss, at temperature {recipe.teacher_temperature:g}"
    return f"it learns from the probabilities of {teacher.folder}, too ({said})"


def _write_held_out(folder, task, model, config, stages, started, taught_by):
    """Write the folder of a model that has learned from the training split, with all that validation and test say."""
    predictions = {name: _predict(model, windows) for name, windows in task.windows.items() if name != "train"}
    scores = _scores(predictions, task)
    last, data_folder = list(stages.values())[-1], layouts.folder_of(config.data)
    decision = decisions.choose(task, model, scores["thresholds"], config.seed)
    of_windows = decision.rule.thresholds if decision.rule else scores["thresholds"]
    seconds = sum(stage.checkpoint.seconds_before for stage in stages.values()) + time.monotonic() - started
    record = RunRecord(
        model=task.name,
        labels=task.labels,
        config=config.run_config(),
        recipe=task.recipe,
        fine_tuning=task.fine_tuning,
        paper_audio_format=config.paper and hasattr(task.file, "PAPER_AUDIO_FORMAT"),
        parameters=model.count_params(),
        data=provenance.of_data(task.audio, data_folder),
        split=provenance.of_split(task.audio, task.split, data_folder, config.negatives_chosen),
        **scores,
        decision=decision,
        frame_decision=frame_decisions.choose(task, model, of_windows, config.seed),
        best_epoch=last.epochs,
        training_seconds=round(seconds, 1),
        backend=keras.backend.backend(),
        processes=distributed.processes(),
        versions=run_record.versions(keras.backend.backend()),
        audio_format=task.audio_format,
        robustness=() if task.multi_label else _robustness(model, task),
        start=start.record_of(config),
        teacher=taught_by,
    )
    with atomic_files.new_folder(folder) as fresh:
        _write(fresh, model, record, predictions, last.checkpoint)


def _limited(config, stages, refits):
    """What a time limit did; None where there was none."""
    if config.max_minutes is None:
        return None
    last = list(stages.values())[-1]
    return TimeLimited(
        minutes=config.max_minutes,
        epochs=last.checkpoint.epoch,
        most_epochs=last.checkpoint.recipe.epochs,
        is_cut=any(stage.is_cut for stage in stages.values()),
        refit_left_out=config.refit != NONE and not refits,
    )


def _predict(model, windows):
    return windows.predictions(interruptible.predict(model, windows))


def _scores(predictions, task):
    """What the test split says of the model, and of the thresholds and the temperature that validation chooses."""
    if task.multi_label:
        return multi_label_scores.of(predictions, task)
    validation, test = predictions["validation"], predictions["test"]
    about, background = (task.labels, task.audio_format.seconds), task.background
    with_negatives = {
        name: thresholds.with_negatives(predictions[name], predictions.get(f"{name}{OF_NEGATIVES}"))
        for name in tasks.HELD
    }
    chosen, _ = thresholds.choose(with_negatives["validation"], *about, background=background)
    return {
        "scores": metrics.score(test["probabilities"], test["targets"], test["recordings"], task.labels),
        "thresholds": chosen,
        "alarms": thresholds.measure(with_negatives["test"], *about, chosen, background),
        "calibration": calibration.calibrate(validation, test),
    }


def _write(folder, model, record, predictions, checkpoint):
    with quiet_libraries(), disk.told(folder):  # h5py and zipfile report each file that they cannot close
        model.save(folder / artifact.MODEL)
    _write_history(folder / artifact.HISTORY, checkpoint.history)
    if predictions:
        window_predictions.write(folder, predictions)
    record.write(folder)
    shutil.copytree(checkpoint.folder / LOGS, folder / LOGS)


def _robustness(model, task):
    test = task.windows["test"]
    chosen = robustness.choose(test.targets)
    windows, targets = test.cut(chosen, test.starts[chosen]), test.targets[chosen]

    def predict(windows):  # a dozen times: predict itself takes longer to begin than so few windows do
        starts = range(0, len(windows), test.batch_size)
        return np.concatenate([model.predict_on_batch(windows[i : i + test.batch_size]) for i in starts])

    return robustness.measure(predict, windows, targets, task.labels, task.audio_format.sample_rate)


def _write_history(path, history):
    rows = [["epoch", *history]] + [[i + 1, *values] for i, values in enumerate(zip(*history.values(), strict=True))]
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
