"""Deal whole groups: over folds, into a part to validate with, into nested parts to learn from."""

import warnings
from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from classifier.data import sounds

PART = 4  # a quarter of the groups of each label validates


def joined(groups: np.ndarray, contents: Sequence[Hashable]) -> np.ndarray:
    """(clips,) group names, where groups that share a sound get the same name: the first of theirs, sorted."""
    names, group_of = np.unique(groups, return_inverse=True)
    sound_of = len(names) + sounds.same(contents)
    component = sounds.components(np.stack([group_of, sound_of], axis=1), sound_of.max() + 1)[: len(names)]
    _, first = np.unique(component, return_index=True)
    return names[first[component[group_of]]]


def distribute(labels: np.ndarray, groups: np.ndarray, n_folds: int, seed: int) -> np.ndarray:
    """(clips,) the fold of each, from 0: labels as evenly spread as whole groups allow (StratifiedGroupKFold)."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = np.empty(len(labels), int)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fewer clips of a label than folds: groups were counted before
        for fold, (_, members) in enumerate(splitter.split(labels, labels, groups)):
            folds[members] = fold
    return folds


def validating(labels: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """(clips,) whether each validates: a quarter of the groups of each label, at least one, and never the last."""
    groups_of, labels_of = defaultdict(set), defaultdict(set)
    for label, group in zip(labels, groups, strict=True):
        groups_of[label].add(group)
        labels_of[group].add(label)
    taken, order = set(), np.random.default_rng(seed).permutation(sorted(labels_of))
    for label in sorted(groups_of, key=lambda label: (len(groups_of[label]), label)):
        for group in order:
            if len(groups_of[label] & taken) >= max(1, len(groups_of[label]) // PART):
                break
            if group in groups_of[label] and all(groups_of[other] - taken - {group} for other in labels_of[group]):
                taken.add(group)
    return np.isin(groups, list(taken))


def kept(labels: np.ndarray, groups: np.ndarray, share: float, seed: int) -> np.ndarray:
    """(clips,) whether each is in a part of the groups: this share of them, at least one of each label.

    Parts of one seed are nested: a larger share holds all that a smaller one holds. Groups with the same labels are
    counted together, so that every part has about the same share of each label.
    """
    labels_of = defaultdict(set)
    for label, group in zip(labels, groups, strict=True):
        labels_of[group].add(label)
    of_labels = defaultdict(list)
    for group in np.random.default_rng(seed).permutation(sorted(labels_of)):
        of_labels[tuple(sorted(labels_of[group]))].append(group)
    parts = (names[: int(np.ceil(round(share * len(names), 9)))] for names in of_labels.values())
    return np.isin(groups, [group for part in parts for group in part])
