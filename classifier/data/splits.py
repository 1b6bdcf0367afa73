"""Train, validation and test splits by group.

Windows of one recording share its room and microphone; a split by window would reward a model for knowing the room.
"""

import warnings
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from classifier.core.errors import InputError
from classifier.data.labels import listed
from classifier.data.layouts import Clip

VERBS = {"train": "learn from", "validation": "validate", "test": "test"}  # what each split is for
SPLITS = tuple(VERBS)
FOLDS = 5  # a fifth tests, a fifth validates, three fifths train
BY_GROUP, OWN_FOLDS, OWN_SPLITS = "group", "the folds of the data set", "the splits of the data set"
REMEDIES = {
    BY_GROUP: "add recordings, or try another --seed",
    OWN_FOLDS: "only the fold that tests has any: add recordings, or give --ignore-folds to deal by group",
    OWN_SPLITS: "add recordings to it",
}
LACKED = {  # what comes of a split that lacks labels
    "test": "recall and balanced accuracy are over the labels that are there; --ignore-folds deals by group instead",
    "validation": "their thresholds are chosen without any of their own; --ignore-folds deals by group instead",
}


class NoFoldError(InputError):
    """The data has no fold of that number."""


def split(clips: Sequence[Clip], contents: Sequence[Hashable], fold: int = 0, seed: int = 0) -> np.ndarray:
    """The split of each clip: fold `fold` tests, the next one validates, the others train.

    The data set's own splits are used, else its own folds. Of these the one that tests may lack labels; where the next
    one lacks a label of the others, or nothing would be left to train with, groups of all but the test fold validate.
    Otherwise groups are distributed over five folds, or as many
    as the most frequent label has groups, with the labels as evenly spread as whole groups allow (scikit-learn's
    StratifiedGroupKFold); groups that share a recording are one. The groups of a label that has fewer take turns: some
    of them test in several folds. Where a data set has splits, but no validation or no test split, that one is taken
    from its train split.

    Args:
        clips: readable ones, of any number of labels.
        contents: (clips,) a hash of each clip's samples.
        fold: which fold tests, from 0.
        seed: of the distribution; the same seed gives the same splits.

    Returns:
        (clips,) array of "train", "validation" or "test".

    Raises:
        NoFoldError: there is no such fold.
        InputError: a label has fewer than three groups, or a split would lack a label that it must have.
    """
    labels = np.array([clip.label for clip in clips])
    if how(clips) == OWN_SPLITS:
        split_names = np.array([clip.split for clip in clips], dtype="<U10")
        missing = [split_name for split_name in SPLITS if split_name not in split_names]
        train = np.flatnonzero(split_names == SPLITS[0])
        if missing and len(train):
            taken = _dealt([clips[i] for i in train], labels[train], np.array(contents)[train], fold, seed)
            split_names[train] = np.where(np.isin(taken, missing), taken, SPLITS[0])
    else:
        split_names = _dealt(clips, labels, contents, fold, seed)
    lacks = lacking(labels, split_names)
    if how(clips) == OWN_FOLDS:
        lacks = {SPLITS[0]: lacks[SPLITS[0]]} if SPLITS[0] in lacks else {}
    for split_name, lacked in lacks.items():
        raise InputError(f"the {split_name} split has no group of {', '.join(lacked)}; {REMEDIES[how(clips)]}")
    return split_names


def lacking(labels: Iterable[str], split_names: Iterable[str]) -> dict[str, list[str]]:
    """{split: sorted labels of which it has no clip}, of the splits that lack any.

    Args:
        labels, split_names: (clips,) each.
    """
    held: dict[str, set[str]] = {split_name: set() for split_name in SPLITS}
    for label, split_name in zip(labels, split_names, strict=True):
        held[split_name].add(label)
    everything = set(labels)
    return {split_name: sorted(everything - have) for split_name, have in held.items() if have != everything}


def untested(clips: Sequence[Clip], folds: Mapping[int, np.ndarray]) -> list[str]:
    """Sentences on the data set's own folds that lack labels, and on how these are measured then.

    Args:
        folds: {number: (clips,) what `split` returned}.
    """
    if how(clips) != OWN_FOLDS:
        return []
    labels, found = [clip.label for clip in clips], []
    for split_name, means in LACKED.items():
        lacks = {number: lacked for number, of in folds.items() if (lacked := lacking(labels, of).get(split_name))}
        if lacks:
            which = "; ".join(f"fold {number}: {listed(lacked)}" for number, lacked in lacks.items())
            found.append(f"there are no recordings of some labels to {VERBS[split_name]} ({which}): {means}")
    return found


def without_folds(clips: Sequence[Clip]) -> list[Clip]:
    """The clips without the data set's own folds, so that they are dealt by group.

    Raises:
        InputError: the data set has splits of its own, and no folds.
    """
    if how(clips) == OWN_SPLITS:
        raise InputError(
            "--ignore-folds: the data set names its train and test splits, and no folds; leave out --ignore-folds"
        )
    return [replace(clip, fold=None) for clip in clips]


def how(clips: Sequence[Clip]) -> str:
    """What decides on the splits: OWN_SPLITS or OWN_FOLDS of the data set, or BY_GROUP."""
    if clips[0].split is not None:
        return OWN_SPLITS
    return OWN_FOLDS if clips[0].fold is not None else BY_GROUP


def fold_count(clips: Sequence[Clip], contents: Sequence[Hashable]) -> int:
    """How many folds `split` deals clips over: the data set's own, or five, or as many as a label has groups at most.

    Args are those of `split`.
    """
    if how(clips) == OWN_FOLDS:
        return len({clip.fold for clip in clips})
    groups = joined(np.array([clip.group for clip in clips]), contents)
    of_label = Counter(label for label, _ in {(clip.label, group) for clip, group in zip(clips, groups, strict=True)})
    return min(FOLDS, max(of_label.values()))


def in_two_splits(keys: Iterable[str], split_names: Iterable[str]) -> list[str]:
    """The sorted keys (groups, contents) that leak: those in more than one split.

    Empty after `split`, unless the data set's own splits or folds leak; always checked.

    Args:
        keys, split_names: (clips,) each.
    """
    seen: dict[str, set[str]] = {}
    for key, split_name in zip(keys, split_names, strict=True):
        seen.setdefault(key, set()).add(split_name)
    return sorted(key for key, where in seen.items() if len(where) > 1)


def _dealt(clips, labels, contents, fold, seed):
    """(clips,) split names, by the data set's own folds or by group."""
    if how(clips) == OWN_FOLDS:
        folds = np.array([clip.fold for clip in clips])
        split_names = by_fold(folds, _checked(fold, fold_count(clips, contents)))
        rest = split_names != SPLITS[2]
        if set(lacking(labels[rest], split_names[rest])) & set(SPLITS[:2]):
            groups = joined(np.array([clip.group for clip in clips]), contents)
            split_names[rest] = np.where(_validating(labels[rest], groups[rest], seed), SPLITS[1], SPLITS[0])
        return split_names
    groups = joined(np.array([clip.group for clip in clips]), contents)
    n_groups = {str(label): len(set(groups[labels == label])) for label in sorted(set(labels))}
    rarest = min(n_groups, key=n_groups.__getitem__)
    if n_groups[rarest] < len(SPLITS):
        raise InputError(
            f"{rarest!r} has {n_groups[rarest]} recording(s) or group(s); it needs at least {len(SPLITS)}, one each to "
            "train, to validate and to test: add recordings"
        )
    n_folds = fold_count(clips, contents)
    fold = _checked(fold, n_folds)
    rare = np.isin(groups, groups[np.isin(labels, [label for label, n in n_groups.items() if n < n_folds])])
    split_names = np.empty(len(clips), dtype="<U10")
    for chosen, n in ((~rare, n_folds), (rare, n_groups[rarest])):  # a rare label must not cut the others' train split
        if chosen.any():
            split_names[chosen] = by_fold(distribute(labels[chosen], groups[chosen], n, seed), fold % n)
    return split_names


def _validating(labels, groups, seed):
    """(clips,) whether each validates: a quarter of the groups of each label, at least one, and never the last."""
    groups_of, labels_of = {}, {}
    for label, group in zip(labels, groups, strict=True):
        groups_of.setdefault(label, set()).add(group)
        labels_of.setdefault(group, set()).add(label)
    taken, order = set(), np.random.default_rng(seed).permutation(sorted(labels_of))
    for label in sorted(groups_of, key=lambda label: (len(groups_of[label]), label)):
        for group in order:
            if len(groups_of[label] & taken) >= max(1, len(groups_of[label]) // (FOLDS - 1)):
                break
            if group in groups_of[label] and all(groups_of[other] - taken - {group} for other in labels_of[group]):
                taken.add(group)
    return np.isin(groups, list(taken))


def _checked(fold, n_folds):
    if fold not in range(n_folds):
        raise NoFoldError(f"--fold {fold}: there are folds 0 to {n_folds - 1}")
    return fold


def by_fold(folds: np.ndarray, fold: int) -> np.ndarray:
    """(clips,) split names: of (clips,) folds, number `fold` tests, the next one validates, the others train."""
    order = sorted(set(folds))
    split_names = np.full(len(folds), SPLITS[0], dtype="<U10")
    split_names[folds == order[(fold + 1) % len(order)]] = SPLITS[1]
    split_names[folds == order[fold % len(order)]] = SPLITS[2]
    return split_names


def joined(groups: np.ndarray, contents: Sequence[Hashable]) -> np.ndarray:
    """(clips,) group names, where groups that share a content get the same name: the first of theirs, sorted."""
    names, group_of = np.unique(groups, return_inverse=True)
    _, content_of = np.unique(np.asarray(contents), return_inverse=True)
    n = len(names) + content_of.max() + 1
    shared = sparse.coo_matrix((np.ones(len(groups)), (group_of, len(names) + content_of)), (n, n))
    component = sparse.csgraph.connected_components(shared, directed=False)[1][: len(names)]
    _, first = np.unique(component, return_index=True)
    return names[first[component[group_of]]]


def distribute(labels: np.ndarray, groups: np.ndarray, n_folds: int, seed: int) -> np.ndarray:
    """(clips,) folds from 0, of whole groups, with the labels as evenly spread as these allow."""
    from sklearn.model_selection import StratifiedGroupKFold

    folds = np.empty(len(labels), int)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fewer clips of a label than folds: groups were counted above
        for fold, (_, members) in enumerate(splitter.split(labels, labels, groups)):
            folds[members] = fold
    return folds
