"""Train one model: features standardised, body fitted, the best epoch kept, the test split reported."""

import gc
import json
import platform
import shutil
import tempfile
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from classifier.core import atomic_files, registry
from classifier.core.console import progress, say
from classifier.core.errors import InputError
from classifier.data import layouts, provenance, splits
from classifier.export import convert
from classifier.inference import litert
from classifier.models import assemble
from classifier.plotting import plots
from classifier.records import artifact
from classifier.records.recipe import fine_tuning_of_run, of_run
from classifier.scoring import calibration, metrics, thresholds
from classifier.training import distributed, embeddings, offline_augmentation
from classifier.training.checkpoint import LOGS, Checkpoint
from classifier.training.datasets import TrainingWindows, Windows

PACKAGES = ("tensorflow", "keras", "numpy", "librosa", "soundfile", "soxr", "scikit-learn")
HISTORY = {  # Keras' names: ours; weighted as windows.Windows weighs, accuracy is balanced accuracy
    "loss": "loss",
    "categorical_accuracy": "balanced_accuracy",
    "val_loss": "validation_loss",
    "val_categorical_accuracy": "validation_balanced_accuracy",
}
BEST = "val_categorical_accuracy"  # chooses the epoch: the loss grows with confidence, while recall still improves
STATISTICS_WINDOWS = 500  # a mean over half a thousand windows moves no more with another thousand


def train(name, store, labels, audio_format, run, out, resume=False, background_noise=None):
    """Train a model and write its folder.

    Args:
        name: of a file in classifier/models, and of the folder.
        store: the decoded recordings.
        labels: in the order of the outputs.
        audio format: the audio format.
        run: dict of what the person decided: data, fold, seed, epochs, paper, background_noise; the rest is remembered.
        out: folder that holds the trained models.
        resume: go on where a killed training of the same run stopped.
        background_noise: store of the recordings that are mixed behind training windows.

    Returns:
        The Artifact, read back; None in a process that is not the first of several (see distribution).

    Raises:
        InputError: the recordings cannot be split, the model cannot be converted, or the training diverged.
    """
    started = time.monotonic()
    data = layouts.folder_of(run["data"])
    model_file = registry.load("models", name)
    recipe, fine_tuning = map(distributed.widened, (of_run(model_file, run), fine_tuning_of_run(model_file, run)))
    keras.utils.clear_session()  # lets go of the model before, and counts names from the start
    gc.collect()
    keras.utils.set_random_seed(run["seed"])
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    split_names = splits.split(store.clips, store.contents, run["fold"], run["seed"])
    on_side = {split_name: np.flatnonzero(split_names == split_name) for split_name in splits.SPLITS}
    features = assemble.features_of(model_file, audio_format, run["paper"])
    learn = _to_learn(
        store, on_side["train"], labels, audio_format, fine_tuning or recipe, run["seed"], background_noise
    )
    validation = Windows(store, on_side["validation"], labels, audio_format, recipe.batch_size)
    test = Windows(store, on_side["test"], labels, audio_format, recipe.batch_size)
    first = learn
    if is_pretrained := hasattr(features, "learn"):
        if background_noise and not fine_tuning:
            raise InputError(
                f"{name} learns from recordings as they are: for --background-noise, give --fine-tune 2 too"
            )
        half, about = audio_format.window_length // 2, (labels, audio_format)
        dealt = {"hop": half, "recipe": recipe, "seed": run["seed"]}
        first = embeddings.EmbeddedToLearn(features, store, on_side["train"], *about, **dealt)
        to_validate = embeddings.Embedded(features, store, on_side["validation"], *about, recipe.batch_size)
    some = (first[batch][0] for batch in range(min(len(first), -(-STATISTICS_WINDOWS // recipe.batch_size))))
    values = some if is_pretrained else map(features, some)
    model = assemble.build(model_file, features, audio_format, len(labels), *assemble.statistics(features, values))
    _check_that_it_converts(name, model, learn, audio_format)
    n_windows = [len(dataset.targets) for dataset in (first, validation, test)]
    counts = "windows to learn from {}, to validate {}, to test {}".format(*n_windows)
    say(f"{name}: {model.count_params():,} weights; {counts}")

    recipes = {"recipe": asdict(recipe), "fine_tuning": fine_tuning and asdict(fine_tuning)}
    begun = {"fingerprint": store.fingerprint, "labels": labels, **recipes, **run, "backend": backend}
    begun = json.loads(json.dumps(begun))
    elsewhere = {
        "data": "",
        "background_noise": background_noise and background_noise.fingerprint,
    }  # paths, which may be others on another machine
    distributed.agree({**begun, **elsewhere, "--resume": resume})
    with distributed.spread(model) as learning:
        stages = {"training": (name, learning, learn, validation)}
        if is_pretrained:
            head = {"head": (f"{name}'s head", assemble.behind_features(learning), first, to_validate)}
            stages = {**head, **stages} if fine_tuning else head
        if fine_tuning:
            learning.get_layer("features").learn(fine_tuning.fine_tuned)
        for stage, (title, learner, *windows) in stages.items():
            checkpoint = Checkpoint(Path(out) / f".{name}.{stage}", begun, windows[0].recipe, BEST, HISTORY)
            best_epoch = _fit(learner, *map(distributed.share, windows), title, checkpoint, resume)
    if not distributed.is_first():
        return None
    held_out = {"validation": validation, "test": test}
    predictions = {
        split_name: windows.predictions(model.predict(windows, verbose=0)) for split_name, windows in held_out.items()
    }
    scores = metrics.score(predictions["test"]["probabilities"], test.targets, test.recordings, labels)

    sure = _sureness(predictions, labels, audio_format)

    packages = PACKAGES if backend in PACKAGES else (*PACKAGES, backend)
    with atomic_files.new_folder(Path(out) / name) as folder:
        model.save(folder / artifact.MODEL)
        _write_history(folder / artifact.HISTORY, checkpoint.history)
        artifact.write_predictions(folder, predictions)
        (folder / artifact.REPORT).mkdir()
        plots.curves(checkpoint.history, best_epoch, f"{name}: training", folder / artifact.REPORT / "curves.png")
        plots.confusions(scores, labels, f"{name}: test", folder / artifact.REPORT / "confusion")
        tables = {"as trained": sure["calibration"]["before"], "tempered": sure["calibration"]["after"]}
        plots.reliability(tables, f"{name}: test windows", folder / artifact.REPORT / "reliability.png")
        described = {
            "model": name,
            "labels": labels,
            "run": run,
            **recipes,
            "paper_audio_format": bool(run["paper"]) and hasattr(model_file, "PAPER_AUDIO_FORMAT"),
            "parameters": model.count_params(),
            "data": provenance.of_data(store, data),
            "split": provenance.of_split(store, split_names, data),
            "scores": scores,
            **sure,
            "best_epoch": best_epoch,
            "training_seconds": round(time.monotonic() - started, 1),
            "backend": backend,
            "processes": distributed.processes(),
            "versions": {"python": platform.python_version(), **{package: version(package) for package in packages}},
        }
        artifact.write_run(folder, described, audio_format)
        shutil.copytree(checkpoint.folder / LOGS, folder / LOGS)
    for stage in stages:
        shutil.rmtree(Path(out) / f".{name}.{stage}")
    return artifact.load(Path(out) / name)


def _to_learn(store, recordings, labels, audio_format, recipe, seed, background_noise):
    altered = ()
    if recipe.pitch or recipe.stretch:
        altered = offline_augmentation.make(
            store, recordings, recipe.pitch, recipe.stretch, audio_format.sample_rate, seed
        )
    if background_noise:
        everything = np.arange(len(background_noise.clips))
        background_noise = Windows(
            background_noise,
            everything,
            sorted({clip.label for clip in background_noise.clips}),
            audio_format,
            recipe.batch_size,
        )
    settings = {"recipe": recipe, "seed": seed, "copies": altered, "background": background_noise}
    return TrainingWindows(store, recordings, labels, audio_format, **settings)


def _check_that_it_converts(name, model, learn, audio_format):
    """Train a copy for one step and convert it: a conversion that cannot work fails now, and not after hours.

    TensorFlow converts; where Keras computes with something else, another process converts the model as it is.
    """
    if keras.backend.backend() != "tensorflow":
        if distributed.is_first():
            say("converting the model before it learns, to be sure that the trained one can be ...")
            convert.check_elsewhere(name, model, audio_format)
        return
    say("converting the model after one step, to be sure that the trained one can be ...")
    trial = keras.models.clone_model(model)
    _compile(trial, learn, run_eagerly=True)  # one step is not worth a graph
    trial.train_on_batch(*learn[0])
    with tempfile.TemporaryDirectory() as folder:
        convert.export(trial, Path(folder) / artifact.TFLITE, litert.probes(audio_format))


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

    def on_epoch_begin(self, epoch, logs=None):
        self.bar.set_description(f"training {self.name}, epoch {epoch + 1} of {self.epochs}", refresh=False)

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update()

    def on_epoch_end(self, epoch, logs=None):
        recall = logs[BEST]
        self.bar.set_postfix_str(
            f"validation: loss {logs['val_loss']:.3f}, balanced accuracy {recall:.1%}", refresh=False
        )

    def on_train_end(self, logs=None):
        self.bar.close()


def _sureness(predictions, labels, audio_format):
    """What the validation split says of how sure to be, and what the test split says of that."""
    chosen, _ = thresholds.choose(predictions["validation"], labels, audio_format.seconds)
    of_validation, of_test = (predictions[split_name]["probabilities"] for split_name in ("validation", "test"))
    degree = calibration.temperature(of_validation, predictions["validation"]["targets"])
    targets = predictions["test"]["targets"]
    before, rows_before = calibration.expected_calibration_error(of_test, targets)
    after, rows_after = calibration.expected_calibration_error(calibration.temper(of_test, degree), targets)
    errors = {"error_before": before, "error_after": after, "before": rows_before, "after": rows_after}
    return {
        "thresholds": chosen,
        "alarms": thresholds.measure(predictions["test"], labels, audio_format.seconds, chosen),
        "calibration": {"temperature": degree, **errors},
    }


def _write_history(path, history):
    rows = [["epoch", *history]] + [[i + 1, *values] for i, values in enumerate(zip(*history.values(), strict=True))]
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
