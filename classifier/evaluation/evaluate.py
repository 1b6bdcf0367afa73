"""Evaluate models: train and test architectures on every fold, or test trained models."""

from dataclasses import replace
from pathlib import PurePosixPath

from classifier.data import clips
from classifier.data.layouts import Clip
from classifier.evaluation import cross_validation, folds, learning_curve, results, trained_models
from classifier.evaluation.config import EvaluationConfig
from classifier.evaluation.results import EvaluationResult
from classifier.inference.clip_predictions import check_labels
from classifier.inference.predictor import load_predictor
from classifier.records import artifact
from classifier.storage import mirror


def evaluate(config: EvaluationConfig) -> dict[str, EvaluationResult]:
    """Evaluate all models of a config; results are written as JSON as they come.

    Returns:
        {stem: result} of each model: the result is `<stem>.json` in `mirror.local_path(config.out)`.

    Raises:
        InputError: the data cannot be read or split, a training failed, or a model cannot be run.
    """
    mirror.updated_for_writing(config.out)  # an error now, and not after the trainings
    if config.tests_trained_models:
        return _test_models(config)
    evaluated = _cross_validate(config)
    for stem, result in evaluated.items():
        results.write(result, mirror.local_path(config.out) / f"{stem}.json")
    return evaluated


def _cross_validate(config: EvaluationConfig) -> dict[str, EvaluationResult]:
    task = folds.load(config)
    if config.search:
        from classifier.evaluation.search import search  # it needs Optuna

        return search(task)
    planned = task.plan()
    if config.learning_curve:
        planned += learning_curve.plan(task.models, task.splits, task.store(task.models[0]), task.run, task.out)
    planned = task.taught(planned)
    task.train(planned)
    evaluated: dict[str, EvaluationResult] = {}
    for name in task.models:
        of_all_sizes = [training for training in planned if training.model == name]
        of_model = [training for training in of_all_sizes if training.config.train_share is None]
        about = of_model, task.store(name), config.vote, config.seed
        result = cross_validation.gather(*about, cut=config.cut)
        if config.learning_curve:
            curve = learning_curve.gather(of_all_sizes, task.store(name), task.labels, config.seed)
            result = replace(result, learning_curve=curve)
        evaluated[result.stem] = result
        if not config.no_refit:
            again = cross_validation.gather(*about, refitted=True, cut=config.cut)
            evaluated[again.stem] = again
    return evaluated


def _clips_of(config: EvaluationConfig, labels: list[str]) -> list[Clip]:
    """The clips that a model of such labels is tested on; one label is enough."""
    return clips.read_clips(config.data, config.group_by, config.layout, least=1, known=labels)


def _test_models(config: EvaluationConfig) -> dict[str, EvaluationResult]:
    evaluated = {}
    for path in config.paths:
        if path.suffix != ".tflite":  # said before TensorFlow is loaded, which runs what is not converted
            labels = artifact.load(path).labels
            check_labels(path, labels, _clips_of(config, labels))
    for path in config.paths:
        predictor = load_predictor(path, channel=config.channel)
        rate, channel = predictor.audio_format.sample_rate, predictor.channel
        store = folds.read(config, _clips_of(config, predictor.labels), rate, channel)
        if twin := trained_models.held_out_in_place_of(path, store):
            predictor = load_predictor(twin, channel=config.channel)
        stem = f"{path.stem}_on_{PurePosixPath(config.data).stem}"
        evaluated[stem] = trained_models.evaluate_model(
            path, predictor, store, config.data, config.cut, config.vote, config.seed, config.negatives, twin
        )
        results.write(evaluated[stem], mirror.local_path(config.out) / f"{stem}.json")
    return evaluated
