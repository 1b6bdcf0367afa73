"""Evaluate models: train and test architectures on every fold, or test trained models."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from classifier.core import registry
from classifier.core.console import say, warn
from classifier.core.errors import InputError
from classifier.data import clips, label_map, negatives, splits
from classifier.data.layouts import Clip
from classifier.evaluation import cross_validation, fold_processes, learning_curve, recordings, results, trained_models
from classifier.evaluation.config import EvaluationConfig
from classifier.evaluation.results import EvaluationResult
from classifier.inference.predictor import load_predictor
from classifier.pretrained import weights
from classifier.storage import mirror
from classifier.storage.locations import is_remote


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
    return _cross_validate(config)


def _cross_validate(config: EvaluationConfig) -> dict[str, EvaluationResult]:
    run = config.run_config()
    chosen = run.negatives_chosen
    found = run.read_clips()
    weights.take(config.weights)
    names = weights.ready(registry.choose("models", config.model), leave_out=True)
    labels = negatives.label_order(found, config.labels, chosen)
    found = run.all_clips(found)
    rates = {name: run.audio_format(name).sample_rate for name in names}
    stores = {
        rate: recordings.read(found, config.data, rate, run.channel, config.duplicates)
        for rate in dict.fromkeys(rates.values())
    }
    store_of = {name: stores[rate] for name, rate in rates.items()}
    first = store_of[names[0]]  # decoded at another rate, recordings are split the same way
    dealt = first.clips, first.contents, config.seed, chosen
    folds = cross_validation.choose_folds(config.fold_numbers(), *dealt)
    for sentence in splits.untested(first.clips, folds):
        warn(sentence)
    trainings = cross_validation.plan(names, folds, first, run, mirror.local_path(config.out))
    smaller = []
    if config.learning_curve:
        smaller = learning_curve.plan(names, folds, first, run, mirror.local_path(config.out))
    missing = []
    for training in trainings + smaller:
        of = store_of[training.model].fingerprint, labels
        if not cross_validation.is_trained(training, *of):
            missing.append(replace(training, resume=cross_validation.is_begun(training, *of)))
    jobs = config.jobs or fold_processes.default_jobs()
    where = f"on the workers of {config.scheduler}" if config.scheduler else f"up to {jobs} at once"
    n_trainings = len(trainings) + len(smaller)
    say(f"{n_trainings} trainings, {n_trainings - len(missing)} done before, {where}")
    address = str(config.out) if is_remote(config.out) else None
    fold_processes.train(missing, labels, jobs, config.scheduler, address, weights.files(names))
    for training in missing if config.scheduler else ():
        if not cross_validation.is_trained(training, store_of[training.model].fingerprint, labels):
            raise InputError(
                f"{training.folder}: the worker that trained it read other recordings at {config.data} than lie there "
                f"here; make them the same, delete the folder and run the same command again"
            )
    evaluated: dict[str, EvaluationResult] = {}
    for name in names:
        of_model = [training for training in trainings if training.model == name]
        result = cross_validation.gather(of_model, store_of[name], config.vote, config.seed)
        if config.learning_curve:
            of_all_sizes = of_model + [training for training in smaller if training.model == name]
            curve = learning_curve.gather(of_all_sizes, store_of[name], labels, config.seed)
            result = replace(result, learning_curve=curve)
        evaluated[result.stem] = result
        if not config.no_refit:
            again = cross_validation.gather(of_model, store_of[name], config.vote, config.seed, refitted=True)
            evaluated[again.stem] = again
    for stem, result in evaluated.items():
        results.write(result, mirror.local_path(config.out) / f"{stem}.json")
    return evaluated


def _test_models(config: EvaluationConfig) -> dict[str, EvaluationResult]:
    labels = {path: trained_models.labels_and_rate(path)[0] for path in config.paths}
    for path in config.paths:
        _matched(path, labels, config)  # said before TensorFlow is loaded, which runs what is not converted
    evaluated: dict[str, EvaluationResult] = {}
    for path in config.paths:
        predictor = load_predictor(path, channel=config.channel)
        rate, channel = predictor.audio_format.sample_rate, predictor.channel
        found, matched = _matched(path, labels, config)
        store = recordings.read(found, config.data, rate, channel, config.duplicates)
        if twin := trained_models.held_out_in_place_of(path, store):
            predictor = load_predictor(twin, channel=config.channel)
        for sentence in matched.not_tested():
            warn(f"{path}: {sentence}")
        stem = f"{path.stem}_on_{PurePosixPath(config.data).stem}"
        how = config.overlap, config.vote, config.seed, config.negatives
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
