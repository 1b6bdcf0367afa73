"""Train, validation and test splits by group.

Windows of one recording share its room and microphone; a split by window would reward a model for knowing the room.
"""

import warnings
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from scipy import sparse

from classifier.core.errors import InputError
from classifier.data.layouts import Clip

VERBS = {"train": "learn from", "validation": "validate", "test": "test"}  # what each split is for
SPLITS = tuple(VERBS)
FOLDS = 5  # a fifth tests, a fifth validates, three fifths train
BY_GROUP, OWN_FOLDS, OWN_SPLITS = "group", "the folds of the data set", "the splits of the data set"


class NoFoldError(InputError):
    """The data has no fold of that number."""


def split(clips: Sequence[Clip], contents: Sequence[Hashable], fold: int = 0, seed: int = 0) -> np.ndarray:
    """The split of each clip: fold `fold` tests, the next one validates, the others train.

    The data set's own splits are used, else its own folds. Otherwise groups are distributed over five folds, or as many
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
        InputError: a label has fewer than three groups, or a split would lack a label.
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
    for split_name in SPLITS:
        lacking = sorted(set(labels) - set(labels[split_names == split_name]))
        if lacking:
            do = "add recordings to it" if how(clips) == OWN_SPLITS else "add recordings, or try another --seed"
            raise InputError(f"the {split_name} split has no group of {', '.join(lacking)}; {do}")
    return split_names


def how(clips: Sequence[Clip]) -> str:
    """What decides on the splits: OWN_SPLITS or OWN_FOLDS of the data set, or BY_GROUP."""
    if clips[0].split is not None:
        return OWN_SPLITS
    return OWN_FOLDS if clips[0].fold is not None else BY_GROUP


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
        return _by_fold(folds, _checked(fold, len(set(folds))))
    groups = joined(np.array([clip.group for clip in clips]), contents)
    n_groups = {str(label): len(set(groups[labels == label])) for label in sorted(set(labels))}
    rarest = min(n_groups, key=n_groups.__getitem__)
    if n_groups[rarest] < len(SPLITS):
        raise InputError(
            f"{rarest!r} has {n_groups[rarest]} recording(s) or group(s); it needs at least {len(SPLITS)}, one each to "
            "train, to validate and to test: add recordings"
        )
    n_folds = min(FOLDS, max(n_groups.values()))
    fold = _checked(fold, n_folds)
    rare = np.isin(groups, groups[np.isin(labels, [label for label, n in n_groups.items() if n < n_folds])])
    split_names = np.empty(len(clips), dtype="<U10")
    for chosen, n in ((~rare, n_folds), (rare, n_groups[rarest])):  # a rare label must not cut the others' train split
        if chosen.any():
            split_names[chosen] = _by_fold(_distribute(labels[chosen], groups[chosen], n, seed), fold % n)
    return split_names


def _checked(fold, n_folds):
    if fold not in range(n_folds):
        raise NoFoldError(f"--fold {fold}: there are folds 0 to {n_folds - 1}")
    return fold


def _by_fold(folds, fold):
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


def _distribute(labels, groups, n_folds, seed):
    from sklearn.model_selection import StratifiedGroupKFold

    folds = np.empty(len(labels), int)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fewer clips of a label than folds: groups were counted above
        for fold, (_, members) in enumerate(splitter.split(labels, labels, groups)):
            folds[members] = fold
    return folds
