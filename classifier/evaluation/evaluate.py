"""Evaluate models: train and test architectures on every fold, or test trained models."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from classifier.core.console import warn
from classifier.data import clips, label_map
from classifier.data.layouts import Clip
from classifier.evaluation import cross_validation, folds, learning_curve, recordings, results, trained_models
from classifier.evaluation.config import EvaluationConfig
from classifier.evaluation.results import EvaluationResult
from classifier.inference.predictor import load_predictor
from classifier.storage import mirror
from classifier.storage.locations import name_of


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


def _test_models(config: EvaluationConfig) -> dict[str, EvaluationResult]:
    labels = {path: trained_models.labels_and_rate(path)[0] for path in config.paths}
    for path in config.paths:
        _matched(path, labels, config)  # said before TensorFlow is loaded, which runs what is not converted
    evaluated: dict[str, EvaluationResult] = {}
    for path in config.paths:
        predictor = load_predictor(path, channel=config.channel, as_in_app=True)
        rate, channel = predictor.audio_format.sample_rate, predictor.channel
        found, matched = _matched(path, labels, config)
        store = recordings.read(found, config.data, rate, channel, config.duplicates)
        if twin := trained_models.held_out_in_place_of(path, store):
            predictor = load_predictor(twin, channel=config.channel, as_in_app=True)
        for sentence in matched.not_tested():
            warn(f"{path}: {sentence}")
        stem = f"{name_of(path)}_on_{name_of(config.data)}"
        how = config.cut, config.vote, config.seed, config.negatives
        evaluated[stem] = trained_models.evaluate_model(path, predictor, store, config.data, *how, twin, matched)
        results.write(evaluated[stem], mirror.local_path(config.out) / f"{stem}.json")
    return evaluated


def _matched(
    path: Path, labels: Mapping[Path, Sequence[str]], config: EvaluationConfig
) -> tuple[list[Clip], label_map.Matched]:
    """The clips that a model is tested on, under its labels; and which labels these are.

    Args:
        labels: of all models that are tested.
    """
    known = [*labels[path], *label_map.of_data(config.label_map)]
    found = clips.read_clips(config.data, config.group_by, config.layout, least=1, known=known)
    others = [label for of in labels.values() for label in of]
    have = Counter(clip.label for clip in found)
    matched = label_map.match(have, {str(path): labels[path]}, config.label_map, others)
    return matched.relabelled(found, of_model=0), matched
