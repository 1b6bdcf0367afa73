"""Train models on normal recordings alone: distances of what was held out give the threshold, test reports."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import keras
import numpy as np

from classifier.core import atomic_files, disk, interruptible, registry
from classifier.core.console import quiet_libraries, say, warn
from classifier.core.errors import InputError
from classifier.data import one_class, provenance
from classifier.data.layouts import folder_of
from classifier.data.one_class import ABNORMAL, LABELS, NORMAL
from classifier.records import artifact, run_record, window_predictions
from classifier.records.artifact import Artifact
from classifier.records.one_class import FALSE_ALARM_RATE, OneClassRecord
from classifier.records.recipe import Recipe, recipe_for
from classifier.records.run_record import RunRecord
from classifier.records.training_config import TrainingConfig
from classifier.scoring import calibration, metrics, thresholds
from classifier.scoring import one_class as scoring
from classifier.scoring.calibration import Calibration
from classifier.scoring.rule_choice import DecisionRecord
from classifier.training import cross_fit, replaced
from classifier.training.cross_fit import Learner
from classifier.training.data import TrainingData
from classifier.training.datasets import Windows
from classifier.training.train import TryConversion

WHY_DEFAULT = "the threshold is that of the false-alarm rate that was asked for"


def train(config: TrainingConfig, data: TrainingData, try_conversion: TryConversion) -> Iterator[Artifact]:
    """Train the models of a config, each into its folder.

    Args:
        data: of `training.data.load(config)`.
        try_conversion: called with a model's name, the model before it learns, and its audio format.

    Yields:
        Each trained model's folder, read back.

    Raises:
        InputError: a model cannot be converted, or what is normal cannot be learned from the recordings.
    """
    for audio in data.audio.values():
        one_class.check(audio, config.data)
    for name in data.audio_formats:
        yield train_model(name, config, data, try_conversion)


@dataclass(frozen=True)
class Fitted:
    """A model that knows what is normal.

    Attributes:
        model: (batch, window_length) audio -> (batch, 2) probabilities.
        recipe: how it learned.
        validation: windows of the validation split. It has learned them too: conversion compares files by them.
        test: windows of the test split.
        windows, groups: normal ones that chose the threshold.
        is_proven: as of scoring.one_class.threshold.
    """

    model: keras.Model
    recipe: Recipe
    validation: Windows
    test: Windows
    windows: int
    groups: int
    is_proven: bool


def train_model(name: str, config: TrainingConfig, data: TrainingData, try_conversion: TryConversion) -> Artifact:
    """Train one model and write its folder; arguments and errors are train's."""
    started, folder = time.monotonic(), config.trained / name
    fitted = fit(name, config, data, try_conversion)
    splits = {"validation": fitted.validation, "test": fitted.test}
    predictions = {
        split: windows.predictions(interruptible.predict(fitted.model, windows)) for split, windows in splits.items()
    }
    record = _record(name, config, data, fitted, predictions["test"], started)
    with atomic_files.new_folder(folder, replaced.previous(config, data, name)) as fresh:
        with quiet_libraries(), disk.told(fresh):
            fitted.model.save(fresh / artifact.MODEL)
        window_predictions.write(fresh, predictions)
        record.write(fresh)
    return artifact.load(folder)


def fit(name: str, config: TrainingConfig, data: TrainingData, try_conversion: TryConversion | None = None) -> Fitted:
    """Learn what is normal from the train and validation splits, and its threshold from parts held out of these.

    Args:
        try_conversion: as of `train`; None: it is not tried.
    """
    file, audio_format, recipe = registry.load("models", name), data.audio_formats[name], recipe_for(name, config)
    audio = data.audio[audio_format.sample_rate]
    learner = Learner(file, audio_format, recipe, audio, config)
    if try_conversion:
        say(f"{name}: converting it before it learns, to be sure that it can be ...")
        try_conversion(name, learner.untrained(), audio_format)
    splits = [data.clips_of(audio_format.sample_rate, split) for split in ("train", "validation")]
    rate = config.false_alarm_rate or FALSE_ALARM_RATE
    distances, groups = cross_fit.held_out(learner, *splits, rate)
    whole = learner.windows(np.concatenate(splits), overlap=True)
    say(f"{name}: learning what is normal from {len(whole.targets)} windows ...")
    model = learner.learned(whole)
    is_proven = _choose_threshold(model, distances, groups, rate)
    validation, test = (
        learner.windows(data.clips_of(audio_format.sample_rate, split)) for split in ("validation", "test")
    )
    return Fitted(model, recipe, validation, test, len(distances), len(np.unique(groups)), is_proven)


def tested(fitted: Fitted, predictions: Mapping[str, np.ndarray] | None = None) -> scoring.Detection:
    """What the test split says of a model.

    Args:
        predictions: of its windows, as of Windows.predictions: (windows, 2) probabilities; None: they are computed.
    """
    windows = fitted.test
    found = predictions or windows.predictions(interruptible.predict(fitted.model, windows))
    place = LABELS.index(ABNORMAL)
    abnormal = found["targets"] == place
    return scoring.measure(
        found["probabilities"][:, place], abnormal, found["recordings"], cross_fit.groups_of(windows)
    )


def _choose_threshold(model, distances, groups, rate):
    """Let the score be 0.5 at the distance that a share of normal windows reaches; whether the groups prove it."""
    if not np.isfinite(distances).all():
        raise InputError(
            "a distance to the normal is not a number: the training has diverged; train with another --seed"
        )
    chosen, is_proven = scoring.threshold(distances, groups, rate)
    model.get_layer("body").get_layer("score").learn(chosen, float(np.median(distances)))
    if not is_proven:
        n_groups = len(np.unique(groups))
        warn(
            f"{n_groups} normal recordings (or groups) chose the threshold, and a false-alarm rate of {rate:.1%} needs "
            f"{scoring.groups_needed(rate)}: expect up to {1 / (n_groups + 1):.0%} false alarms; add "
            "normal recordings, or give a higher --false-alarm-rate"
        )
    return is_proven


def _record(name, config, data, fitted, of_test, started):
    """What run.json holds of a model that has learned."""
    audio_format = data.audio_formats[name]
    rate, folder = audio_format.sample_rate, folder_of(config.data)
    audio, limits = data.audio[rate], {ABNORMAL: scoring.THRESHOLD}
    about = of_test["probabilities"], of_test["targets"], of_test["recordings"]
    return RunRecord(
        model=name,
        labels=list(LABELS),
        config=config.run_config(),
        recipe=fitted.recipe,
        fine_tuning=None,
        paper_audio_format=config.paper and hasattr(registry.load("models", name), "PAPER_AUDIO_FORMAT"),
        parameters=fitted.model.count_params(),
        data=provenance.of_data(audio, folder),
        split=provenance.of_split(audio, data.splits[rate], folder),
        scores=metrics.score(*about, list(LABELS)),
        thresholds=limits,
        alarms=thresholds.measure(of_test, LABELS, audio_format.seconds, limits, background=(NORMAL,)),
        calibration=_calibration(of_test),
        decision=DecisionRecord(rule=None, why_default=WHY_DEFAULT, per_hour=0.0, minutes={}),
        best_epoch=fitted.recipe.epochs,
        training_seconds=round(time.monotonic() - started, 1),
        backend=keras.backend.backend(),
        processes=1,
        versions=run_record.versions(keras.backend.backend()),
        audio_format=audio_format,
        one_class=OneClassRecord(
            false_alarm_rate=config.false_alarm_rate,
            windows=fitted.windows,
            groups=fitted.groups,
            is_proven=fitted.is_proven,
            detection=tested(fitted, of_test),
        ),
    )


def _calibration(test):
    """The error of scores as probabilities; no temperature is chosen, which would move the threshold."""
    error, bins = calibration.expected_calibration_error(test["probabilities"], test["targets"])
    return Calibration(temperature=1.0, error_before=error, error_after=error, before=bins, after=bins)
