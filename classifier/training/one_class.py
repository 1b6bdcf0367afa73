"""Train models on normal recordings alone: the distance is learned, validation gives the threshold, test reports."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import keras
import numpy as np

from classifier.core import atomic_files, disk, registry
from classifier.core.console import progress, quiet_libraries, say, warn
from classifier.core.errors import InputError
from classifier.data import one_class, provenance
from classifier.data.layouts import folder_of
from classifier.data.one_class import ABNORMAL, LABELS, NORMAL
from classifier.models import assemble
from classifier.records import artifact, run_record, window_predictions
from classifier.records.artifact import Artifact
from classifier.records.one_class import OneClassRecord
from classifier.records.recipe import Recipe, recipe_for
from classifier.records.run_record import RunRecord
from classifier.records.training_config import TrainingConfig
from classifier.scoring import calibration, metrics, thresholds
from classifier.scoring import one_class as scoring
from classifier.scoring.calibration import Calibration
from classifier.scoring.rule_choice import DecisionRecord
from classifier.training import replaced
from classifier.training.data import TrainingData
from classifier.training.datasets import Windows
from classifier.training.train import TryConversion, start_anew

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
        held: {"validation", "test": its windows}.
        windows, groups: normal ones that chose the threshold.
        is_proven: as of scoring.one_class.threshold.
    """

    model: keras.Model
    recipe: Recipe
    held: dict[str, Windows]
    windows: int
    groups: int
    is_proven: bool


def train_model(name: str, config: TrainingConfig, data: TrainingData, try_conversion: TryConversion) -> Artifact:
    """Train one model and write its folder; arguments and errors are train's."""
    started, folder = time.monotonic(), config.trained / name
    fitted = fit(name, config, data, try_conversion)
    predictions = {
        split: windows.predictions(fitted.model.predict(windows, verbose=0)) for split, windows in fitted.held.items()
    }
    record = _record(name, config, data, fitted, predictions["test"], started)
    with atomic_files.new_folder(folder, replaced.previous(config, data, name)) as fresh:
        with quiet_libraries(), disk.told(fresh):
            fitted.model.save(fresh / artifact.MODEL)
        window_predictions.write(fresh, predictions)
        record.write(fresh)
    return artifact.load(folder)


def fit(name: str, config: TrainingConfig, data: TrainingData, try_conversion: TryConversion | None = None) -> Fitted:
    """Learn what is normal from the train split, and its threshold from the validation split.

    Args:
        try_conversion: as of `train`; None: it is not tried.
    """
    start_anew(config.seed)
    file, audio_format, recipe = registry.load("models", name), data.audio_formats[name], recipe_for(name, config)
    learn, held = _windows(data, audio_format, recipe)
    features = assemble.features_of(file, audio_format, config.paper)
    heard = assemble.heard(features, audio_format.window_length)
    statistics = assemble.statistics(features, (heard.predict_on_batch(windows) for windows in _audio(learn)))
    model = assemble.build(file, features, audio_format, len(LABELS), *statistics, LABELS.index(ABNORMAL))
    if try_conversion:
        say(f"{name}: converting it before it learns, to be sure that it can be ...")
        try_conversion(name, model, audio_format)
    say(f"{name}: learning what is normal from {len(learn.targets)} windows ...")
    front = keras.Model(model.input, model.get_layer("standardise").output)
    batches = (front.predict_on_batch(windows) for windows in progress(_audio(learn), name, len(learn)))
    file.learn(model.get_layer("body"), batches, recipe, config.seed)
    return Fitted(model, recipe, held, *_choose_threshold(model, held["validation"], config.false_alarm_rate))


def tested(fitted: Fitted, predictions: Mapping[str, np.ndarray] | None = None) -> scoring.Detection:
    """What the test split says of a model.

    Args:
        predictions: of its windows, as of Windows.predictions: (windows, 2) probabilities; None: they are computed.
    """
    windows = fitted.held["test"]
    found = predictions or windows.predictions(fitted.model.predict(windows, verbose=0))
    place = LABELS.index(ABNORMAL)
    abnormal = found["targets"] == place
    return scoring.measure(found["probabilities"][:, place], abnormal, found["recordings"], _groups(windows))


def _windows(data, audio_format, recipe):
    """Windows to learn from, which overlap by half, and {split: windows} of HELD."""
    rate, half = audio_format.sample_rate, audio_format.window_length // 2
    about = list(LABELS), audio_format, recipe.batch_size

    def of(split, hop=None):
        return Windows(data.audio[rate], data.clips_of(rate, split), *about, hop)

    return of("train", half), {split: of(split) for split in ("validation", "test")}


def _audio(windows):
    return (windows[batch][0] for batch in range(len(windows)))


def _choose_threshold(model, validation, rate):
    """Let the score be 0.5 at the distance that a share of validation windows reaches; what is known of that."""
    body, audio = model.get_layer("body"), model.input
    distance = keras.Model(body.input, body.get_layer("distance").output)
    distances = keras.Model(audio, distance(model.get_layer("standardise").output)).predict(validation, verbose=0)[:, 0]
    if not np.isfinite(distances).all():
        raise InputError(
            "a distance to the normal is not a number: the training has diverged; train with another --seed"
        )
    groups = _groups(validation)
    chosen, is_proven = scoring.threshold(distances, groups, rate)
    body.get_layer("score").learn(chosen, float(np.median(distances)))
    n_groups = len(np.unique(groups))
    if not is_proven:
        warn(
            f"{n_groups} normal recordings (or groups) chose the threshold, and a false-alarm rate of {rate:.1%} needs "
            f"{scoring.groups_needed(rate)}: expect up to {1 / (n_groups + 1):.0%} false alarms; add "
            "normal recordings, or give a higher --false-alarm-rate"
        )
    return len(distances), n_groups, is_proven


def _groups(windows):
    """(windows,) the group of each."""
    return np.array([windows.store.clips[i].group for i in windows.recordings])


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
