"""Split clips so that no recording, speaker or room is in two splits.

Windows of one recording share its room and microphone; a split by window would reward a model for knowing the room.
"""

import warnings

import numpy as np
from scipy import sparse

from classifier.core.errors import InputError

VERBS = {"train": "learn from", "validation": "validate", "test": "test"}  # what a side is there to do
SPLITS = tuple(VERBS)
FOLDS = 5  # a fifth tests, a fifth validates, three fifths train
BY_GROUP, FOLDS_GIVEN, SIDES_GIVEN = "group", "the folds of the data set", "the sides of the data set"


def split(clips, contents, fold=0, seed=0):
    """Which side each clip is on: fold `fold` tests, the next one validates, the others train.

    What the data set says is taken as it is: sides first, then folds. Otherwise groups are dealt into five folds, or as
    many as the rarest label has groups, with the labels as evenly spread as whole groups allow (scikit-learn's
    StratifiedGroupKFold); groups that share a recording are one. Where a data set names the sides but leaves out
    validation or test, that side is dealt from what it trains with.

    Args:
        clips: all of them readable, of any number of labels.
        contents: (clips,) a hash of each one's samples.
        fold: which fold tests, from 0.
        seed: deals the groups; the same seed, the same sides.

    Returns:
        (clips,) array of "train", "validation" or "test".

    Raises:
        InputError: a label has fewer than three groups, a side would lack a label, or there is no such fold.
    """
    labels = np.array([clip.label for clip in clips])
    if how(clips) == SIDES_GIVEN:
        split_names = np.array([clip.split for clip in clips], dtype="<U10")
        missing = [split_name for split_name in SPLITS if split_name not in split_names]
        open_ = np.flatnonzero(split_names == SPLITS[0])
        if missing and len(open_):
            dealt = _by_fold(_folds([clips[i] for i in open_], labels[open_], np.array(contents)[open_], seed), fold)
            split_names[open_] = np.where(np.isin(dealt, missing), dealt, SPLITS[0])
    else:
        split_names = _by_fold(_folds(clips, labels, contents, seed), fold)
    for split_name in SPLITS:
        lacking = sorted(set(labels) - set(labels[split_names == split_name]))
        if lacking:
            raise InputError(
                f"no group of {', '.join(lacking)} fell on the {split_name} side; add recordings, or try another --seed"
            )
    return split_names


def how(clips):
    """Who decides on the sides: the data set (its sides, its folds), or this module by group."""
    if clips[0].split is not None:
        return SIDES_GIVEN
    return FOLDS_GIVEN if clips[0].fold is not None else BY_GROUP


def in_two_splits(keys, split_names):
    """The keys (groups, contents) that leak: those on more than one side.

    None after `split`, unless the data set itself puts them there; always checked.
    """
    seen = {}
    for key, split_name in zip(keys, split_names, strict=True):
        seen.setdefault(key, set()).add(split_name)
    return sorted(key for key, where in seen.items() if len(where) > 1)


def _by_fold(folds, fold):
    order = sorted(set(folds))
    if fold not in range(len(order)):
        raise InputError(f"--fold {fold}: there are folds 0 to {len(order) - 1}")
    split_names = np.full(len(folds), SPLITS[0], dtype="<U10")
    split_names[folds == order[(fold + 1) % len(order)]] = SPLITS[1]
    split_names[folds == order[fold]] = SPLITS[2]
    return split_names


def _folds(clips, labels, contents, seed):
    if how(clips) == FOLDS_GIVEN:
        return np.array([clip.fold for clip in clips])
    groups = joined(np.array([clip.group for clip in clips]), contents)
    n_groups = {str(label): len(set(groups[labels == label])) for label in sorted(set(labels))}
    rarest = min(n_groups, key=n_groups.get)
    if n_groups[rarest] < len(SPLITS):
        raise InputError(
            f"{rarest!r} has {n_groups[rarest]} recording(s) or group(s); it needs at least {len(SPLITS)}, one each to "
            "train, to validate and to test: add recordings"
        )
    return _deal(labels, groups, min(FOLDS, n_groups[rarest]), seed)


def joined(groups, contents):
    """(clips,) group names, the same for groups that share a content: the first of them, in the order of the names."""
    names, group_of = np.unique(groups, return_inverse=True)
    _, content_of = np.unique(np.asarray(contents), return_inverse=True)
    n = len(names) + content_of.max() + 1
    shared = sparse.coo_matrix((np.ones(len(groups)), (group_of, len(names) + content_of)), (n, n))
    component = sparse.csgraph.connected_components(shared, directed=False)[1][: len(names)]
    _, first = np.unique(component, return_index=True)
    return names[first[component[group_of]]]


def _deal(labels, groups, n_folds, seed):
    from sklearn.model_selection import StratifiedGroupKFold

    folds = np.empty(len(labels), int)
    dealer = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fewer clips of a label than folds: counted by groups above
        for fold, (_, members) in enumerate(dealer.split(labels, labels, groups)):
            folds[members] = fold
    return folds
