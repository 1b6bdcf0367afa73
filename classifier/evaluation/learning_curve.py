"""Learning curves: the same test folds, learned from nested parts of the groups."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.core.errors import InputError
from classifier.data import splits
from classifier.data.audio_cache import AudioCache
from classifier.evaluation import cross_validation
from classifier.evaluation.cross_validation import FoldTraining
from classifier.records.config import RunConfig
from classifier.records.refit import NONE
from classifier.scoring import learning_curve, metrics
from classifier.scoring.learning_curve import LearningCurve

SHARES = (0.125, 0.25, 0.5)  # of the groups to learn from, before all of them


def plan(
    models: Sequence[str],
    folds: Mapping[int, np.ndarray],
    store: AudioCache,
    config: RunConfig,
    out: Path,
) -> list[FoldTraining]:
    """The trainings of the smaller parts; those of all groups are of cross_validation.plan.

    Args:
        folds: {fold: (clips,) array of splits}, with all groups.

    Raises:
        InputError: there are too few groups for smaller parts.
    """
    sizes = {sum(int(np.sum(of == "train")) for of in folds.values())}
    trainings = []
    for share in reversed(SHARES):
        dealt = store.clips, store.contents, config.seed, config.negatives_chosen
        smaller = cross_validation.choose_folds(list(folds), *dealt, share)
        size = sum(int(np.sum(of == "train")) for of in smaller.values())
        if size not in sizes:  # of few groups, a smaller share may be the same ones
            sizes.add(size)
            trainings += cross_validation.plan(
                models, smaller, store, replace(config, train_share=share, refit=NONE), out
            )
    if not trainings:
        raise InputError(
            "--learning-curve: there are too few groups to learn from fewer of them; give --group-by for groups that "
            "are smaller, or add recordings"
        )
    return trainings


def gather(trainings: Sequence[FoldTraining], store: AudioCache, labels: list[str], seed: int) -> LearningCurve:
    """The curve of one model.

    Args:
        trainings: of one model, of all sizes; all are trained.
        store: the recordings.
        labels: in the order of the outputs.
        seed: of the draws.
    """
    of_share: dict[float, list[FoldTraining]] = {}
    for training in trainings:
        of_share.setdefault(training.config.train_share or 1.0, []).append(training)
    shares = sorted(of_share)
    predictions = [cross_validation.predictions_of(of_share[share], store) for share in shares]
    units, fold_of = _units(predictions[-1])
    counted = [_counted(of, units, len(labels)) for of in predictions]
    return learning_curve.learning_curve(
        shares,
        [_recordings(of_share[share], store, labels) for share in shares],
        np.stack([right for right, _ in counted]),
        counted[-1][1],
        fold_of,
        seed,
    )


def _units(predictions):
    """{(fold, group): number}, and the fold of each."""
    pairs = sorted(set(zip(predictions["folds"].tolist(), predictions["groups"].tolist(), strict=True)))
    return {pair: number for number, pair in enumerate(pairs)}, np.array([fold for fold, _ in pairs])


def _counted(predictions, units, n_labels):
    """(units, labels) windows that are right, and windows; those in which nothing is heard are not counted."""
    heard = metrics.heard(predictions["probabilities"])
    folds, groups, targets = (predictions[name][heard] for name in ("folds", "groups", "targets"))
    of = np.array([units[pair] for pair in zip(folds.tolist(), groups.tolist(), strict=True)])
    n = np.zeros((len(units), n_labels), int)
    right = np.zeros_like(n)
    np.add.at(n, (of, targets), 1)
    np.add.at(right, (of, targets), predictions["probabilities"][heard].argmax(axis=1) == targets)
    return right, n


def _recordings(trainings, store, labels):
    """{label: recordings to learn from, mean over the folds}."""
    label_of = cross_validation.clips_by_name(store, trainings[0].config)
    learned = [label_of[name].label for training in trainings for name in training.split[splits.SPLITS[0]]]
    return {label: learned.count(label) / len(trainings) for label in labels}
