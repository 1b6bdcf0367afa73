"""Train models: features standardised, body fitted, the best epoch kept, the test split only reported."""

import gc
import shutil
import time
from collections.abc import Callable, Iterator

import keras

from classifier.core import atomic_files, disk
from classifier.core.console import quiet_libraries, say
from classifier.data import layouts, provenance
from classifier.models import assemble
from classifier.records import artifact, run_record
from classifier.records.artifact import Artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.config import TrainingConfig
from classifier.records.run_record import RunRecord
from classifier.scoring import calibration, metrics, thresholds
from classifier.training import decisions, distributed, fit, replaced, unfinished
from classifier.training import task as tasks
from classifier.training.checkpoint import LOGS, Checkpoint
from classifier.training.data import TrainingData

TryConversion = Callable[[str, keras.Model, AudioFormat], None]  # raises InputError where a model cannot be converted


def train(config: TrainingConfig, data: TrainingData, try_conversion: TryConversion) -> Iterator[Artifact]:
    """Train the models of a config, one after the other, each into its folder.

    Args:
        data: of `training.data.load(config)`.
        try_conversion: called with a model's name, a model that is hardly trained, and its audio format.

    Yields:
        Each trained model's folder, read back; nothing in a process that is not the first of several.

    Raises:
        InputError: a model cannot be converted, or a training diverged.
    """
    with distributed.joined(config.team):
        for name in data.audio_formats:
            trained = train_model(name, config, data, try_conversion)
            if trained:
                yield trained


def train_model(
    name: str, config: TrainingConfig, data: TrainingData, try_conversion: TryConversion
) -> Artifact | None:
    """Train one model and write its folder; arguments and errors are train's."""
    started = time.monotonic()
    _start_anew(config.seed)
    task = tasks.prepare(name, config, data)
    model = tasks.build(task)
    _check_that_it_converts(task, model, try_conversion)
    n_windows = [len(windows.targets) for windows in (task.first, task.windows["validation"], task.windows["test"])]
    counts = "windows to learn from {}, to validate {}, to test {}".format(*n_windows)
    say(f"{name}: {model.count_params():,} weights; {counts}")

    checkpoints, best_epoch = _fit_stages(task, model, config, data)
    if not distributed.is_first():
        return None
    predictions = {split: _predict(model, task.windows[split]) for split in ("validation", "test")}
    scores = _scores(predictions, data.labels, task.audio_format)
    decision = decisions.choose(task, model, scores["thresholds"], config.seed)
    record = RunRecord(
        model=name,
        labels=data.labels,
        config=config.run_config(),
        recipe=task.recipe,
        fine_tuning=task.fine_tuning,
        paper_audio_format=config.paper and hasattr(task.file, "PAPER_AUDIO_FORMAT"),
        parameters=model.count_params(),
        data=provenance.of_data(task.audio, layouts.folder_of(config.data)),
        split=provenance.of_split(task.audio, task.split, layouts.folder_of(config.data)),
        **scores,
        decision=decision,
        best_epoch=best_epoch,
        training_seconds=round(time.monotonic() - started, 1),
        backend=keras.backend.backend(),
        processes=distributed.processes(),
        versions=run_record.versions(keras.backend.backend()),
        audio_format=task.audio_format,
    )
    _write(config.trained / name, model, record, predictions, checkpoints[-1], replaced.previous(config, data, name))
    for checkpoint in checkpoints:
        shutil.rmtree(checkpoint.folder)
    return artifact.load(config.trained / name)


def _start_anew(seed):
    keras.utils.clear_session()  # lets go of the model before, and counts names from the start
    gc.collect()
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
        fit.compile_model(model, learn.recipe, len(learn), run_eagerly=True)  # one step is not worth a graph
        model.train_on_batch(*learn[0])
    say(f"converting the model {after}, to be sure that the trained one can be ...")
    try_conversion(task.name, model, task.audio_format)


def _fit_stages(task, model, config, data):
    """Fit a model in one stage, or a head on a pretrained network and then, with fine-tuning, the network too.

    Returns:
        the Checkpoint of each stage, and the best epoch of the last, from 1.
    """
    begun = unfinished.identity(task.name, config, data)
    noise = data.background_noise[task.audio_format.sample_rate]
    paths = {"data": "", "background_noise": noise and noise.fingerprint}  # which may differ between machines
    distributed.agree({**begun, **paths, "--resume": config.resume})
    checkpoints = []
    with distributed.spread(model) as learning:
        stages = {"training": (task.name, learning, task.windows)}
        if task.embedded:
            head = {"head": (f"{task.name}'s head", assemble.behind_features(learning), task.embedded)}
            stages = {**head, **stages} if task.fine_tuning else head
        if task.fine_tuning:
            learning.get_layer("features").learn(task.fine_tuning.fine_tuned)
        for stage, (title, learner, windows) in stages.items():
            learn, validation = windows["train"], windows["validation"]
            folder = unfinished.folder(config.trained, task.name, stage)
            checkpoints.append(Checkpoint(folder, begun, learn.recipe, fit.BEST, fit.HISTORY))
            shares = map(distributed.share, (learn, validation))
            best_epoch = fit.fit(learner, learn.recipe, *shares, title, checkpoints[-1], config.resume)
    return checkpoints, best_epoch


def _predict(model, windows):
    return windows.predictions(model.predict(windows, verbose=0))


def _scores(predictions, labels, audio_format):
    """What the test split says of the model, and of the thresholds and the temperature that validation chooses."""
    validation, test = predictions["validation"], predictions["test"]
    chosen, _ = thresholds.choose(validation, labels, audio_format.seconds)
    return {
        "scores": metrics.score(test["probabilities"], test["targets"], test["recordings"], labels),
        "thresholds": chosen,
        "alarms": thresholds.measure(test, labels, audio_format.seconds, chosen),
        "calibration": calibration.calibrate(validation, test),
    }


def _write(folder, model, record, predictions, checkpoint, previous):
    with atomic_files.new_folder(folder, previous) as fresh:
        with quiet_libraries(), disk.told(folder):  # h5py and zipfile report each file that they cannot close
            model.save(fresh / artifact.MODEL)
        _write_history(fresh / artifact.HISTORY, checkpoint.history)
        artifact.write_predictions(fresh, predictions)
        record.write(fresh)
        shutil.copytree(checkpoint.folder / LOGS, fresh / LOGS)


def _write_history(path, history):
    rows = [["epoch", *history]] + [[i + 1, *values] for i, values in enumerate(zip(*history.values(), strict=True))]
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
