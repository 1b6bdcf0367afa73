"""Train models: features standardised, body fitted, the best epoch kept, the test split only reported."""

import gc
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import keras
import numpy as np

from classifier.core import atomic_files, disk, registry
from classifier.core.console import progress, quiet_libraries, say
from classifier.data import layouts, provenance, splits, surroundings
from classifier.data.audio_cache import AudioCache
from classifier.models import assemble
from classifier.records import artifact, run_record
from classifier.records.artifact import Artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.config import TrainingConfig
from classifier.records.recipe import Recipe, fine_tuning_for, recipe_for
from classifier.records.run_record import RunRecord
from classifier.scoring import calibration, metrics, thresholds
from classifier.training import distributed, embeddings, offline_augmentation, replaced, unfinished
from classifier.training.checkpoint import LOGS, Checkpoint
from classifier.training.data import TrainingData
from classifier.training.datasets import TrainingWindows, Windows

HISTORY = {  # Keras' names: ours; weighted as datasets.Windows weighs, accuracy is balanced accuracy
    "loss": "loss",
    "categorical_accuracy": "balanced_accuracy",
    "val_loss": "validation_loss",
    "val_categorical_accuracy": "validation_balanced_accuracy",
}
BEST = "val_categorical_accuracy"  # chooses the epoch: the loss grows with confidence, while recall still improves
STATISTICS_WINDOWS = 500  # a mean over half a thousand windows moves no more with another thousand

TryConversion = Callable[[str, keras.Model, AudioFormat], None]  # raises InputError where a model cannot be converted


@dataclass(frozen=True)
class Task:
    """One model to train.

    Attributes:
        file: of classifier/models.
        recipe: how it is trained; of a head on a pretrained network, the head.
        fine_tuning: how the network's last layers are trained after that; None where they are not.
        features: its features layer.
        audio: the decoded recordings.
        split: (clips,) "train", "validation" or "test".
        windows: {split: its windows of audio}; of "train", altered as the recipe says.
        embedded: {split: the same windows as a pretrained network sees them}; {} where there is none.
    """

    name: str
    file: ModuleType
    audio_format: AudioFormat
    labels: list[str]
    recipe: Recipe
    fine_tuning: Recipe | None
    features: keras.Layer
    audio: AudioCache
    split: np.ndarray
    windows: dict[str, Windows]
    embedded: dict[str, Windows]

    @property
    def first(self) -> Windows:
        """What is learned from first: windows of audio, or a pretrained network's embeddings of them."""
        return (self.embedded or self.windows)["train"]


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
    task = _task(name, config, data)
    model = _build(task)
    _check_that_it_converts(task, model, try_conversion)
    n_windows = [len(windows.targets) for windows in (task.first, task.windows["validation"], task.windows["test"])]
    counts = "windows to learn from {}, to validate {}, to test {}".format(*n_windows)
    say(f"{name}: {model.count_params():,} weights; {counts}")

    checkpoints, best_epoch = _fit_stages(task, model, config, data)
    if not distributed.is_first():
        return None
    predictions = {split: _predict(model, task.windows[split]) for split in ("validation", "test")}
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
        **_scores(predictions, data.labels, task.audio_format),
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


def _task(name, config, data):
    """Split the recordings, and cut each split into windows."""
    file, audio_format = registry.load("models", name), data.audio_formats[name]
    recipe, fine_tuning = distributed.widened(recipe_for(name, config)), fine_tuning_for(name, config)
    fine_tuning = fine_tuning and distributed.widened(fine_tuning)
    audio = data.audio[audio_format.sample_rate]
    background_noise = data.background_noise[audio_format.sample_rate]
    split = data.splits[audio_format.sample_rate]
    clips = {name: np.flatnonzero(split == name) for name in splits.SPLITS}
    features = assemble.features_of(file, audio_format, config.paper)
    learn = _to_learn(
        audio, clips["train"], data.labels, audio_format, fine_tuning or recipe, config.seed, background_noise
    )
    windows = {
        held_out: Windows(audio, clips[held_out], data.labels, audio_format, recipe.batch_size)
        for held_out in ("validation", "test")
    }
    embedded = {}
    if hasattr(features, "learn"):  # a pretrained network
        about, dealt = (data.labels, audio_format), {"recipe": recipe, "seed": config.seed}
        half = audio_format.window_length // 2
        embedded["train"] = embeddings.EmbeddedToLearn(features, audio, clips["train"], *about, hop=half, **dealt)
        embedded["validation"] = embeddings.Embedded(features, audio, clips["validation"], *about, recipe.batch_size)
    return Task(
        name,
        file,
        audio_format,
        data.labels,
        recipe,
        fine_tuning,
        features,
        audio,
        split,
        {"train": learn, **windows},
        embedded,
    )


def _to_learn(audio, clips, labels, audio_format, recipe, seed, background_noise):
    copies = ()
    if recipe.pitch or recipe.stretch:
        around, _ = surroundings.widened(audio, audio_format.window_length)
        copies = offline_augmentation.make(around, clips, recipe.pitch, recipe.stretch, audio_format.sample_rate, seed)
    background = None
    if background_noise:
        everything = np.arange(len(background_noise.clips))
        its_labels = sorted({clip.label for clip in background_noise.clips})
        background = Windows(background_noise, everything, its_labels, audio_format, recipe.batch_size)
    settings = {"recipe": recipe, "seed": seed, "copies": copies, "background": background}
    return TrainingWindows(audio, clips, labels, audio_format, **settings)


def _build(task):
    """The model, its standardisation from the first windows to learn from."""
    first = task.first
    some = (first[batch][0] for batch in range(min(len(first), -(-STATISTICS_WINDOWS // task.recipe.batch_size))))
    values = some if task.embedded else map(task.features, some)
    statistics = assemble.statistics(task.features, values)
    return assemble.build(task.file, task.features, task.audio_format, len(task.labels), *statistics)


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
        _compile(model, learn, run_eagerly=True)  # one step is not worth a graph
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
            checkpoints.append(Checkpoint(folder, begun, learn.recipe, BEST, HISTORY))
            shares = map(distributed.share, (learn, validation))
            best_epoch = _fit(learner, *shares, title, checkpoints[-1], config.resume)
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


def _compile(model, learn, run_eagerly=False):
    recipe = learn.recipe
    model.compile(
        optimizer=_optimizer(recipe, len(learn)),
        loss=_loss(recipe),
        weighted_metrics=["categorical_accuracy"],
        run_eagerly=run_eagerly,
        jit_compile=keras.backend.backend() == "jax",  # TensorFlow's compiles longer than it saves on processors
    )


def _optimizer(recipe, steps):
    rate, warm_up = recipe.learning_rate, min(recipe.warm_up, recipe.epochs - 1)
    if recipe.cosine:
        rising = {"warmup_target": rate, "warmup_steps": warm_up * steps} if warm_up else {}
        falling = (recipe.epochs - warm_up) * steps
        rate = keras.optimizers.schedules.CosineDecay(0.0 if warm_up else rate, falling, alpha=0.01, **rising)
    settings = {"learning_rate": rate}
    if recipe.weight_decay is not None:
        settings["weight_decay"] = recipe.weight_decay
    return keras.optimizers.get({"class_name": recipe.optimizer, "config": settings})


def _loss(recipe):
    if recipe.label_smoothing:
        return keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    return recipe.loss


def _fit(model, learn, validation, name, checkpoint, resume):
    """Fit, and leave the model with the weights that are kept; returns the epoch they are of, counted from 1."""
    recipe = learn.recipe
    learner = assemble.learner(model, recipe.masks)
    _compile(learner, learn)
    if keras.backend.backend() == "tensorflow":
        learner._symbolic_build(data_batch=learn[0])  # or the first step is traced twice
    if resume := checkpoint.begin(resume):
        say(f"{name}: going on after epoch {checkpoint.epoch}")
        learn.begin(checkpoint.epoch)
    checkpoint.set_model(learner)
    if resume:
        checkpoint.restore()
    callbacks = [
        checkpoint,
        _Progress(name, recipe.epochs, len(learn), checkpoint.epoch),
    ]
    if distributed.is_first():
        callbacks.append(keras.callbacks.TensorBoard(checkpoint.folder / LOGS, write_graph=False))
    settings = {"epochs": recipe.epochs, "initial_epoch": checkpoint.epoch, "callbacks": callbacks, "verbose": 0}
    # Windows are dealt anew every epoch: Keras would shuffle batches too, as neither --resume nor other processes know.
    learner.fit(learn, validation_data=validation, shuffle=False, **settings)
    return checkpoint.finish()


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
        said = f"validation: loss {logs['val_loss']:.3f}, balanced accuracy {logs[BEST]:.1%}"
        self.bar.set_postfix_str(said, refresh=False)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.bar.close()


def _write_history(path, history):
    rows = [["epoch", *history]] + [[i + 1, *values] for i, values in enumerate(zip(*history.values(), strict=True))]
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
