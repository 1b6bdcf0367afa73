"""Train, validation and test splits of recordings and negatives.

Negatives are dealt by group, apart from the labelled recordings, whose splits are the same with and without them.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from classifier.core.errors import InputError
from classifier.data import group_dealing, multi_label_splits, splits
from classifier.data.layouts import Clip
from classifier.data.negatives import Negatives


def split(
    clips: Sequence[Clip],
    contents: Sequence[Hashable],
    fold: int = 0,
    seed: int = 0,
    negatives: Negatives | None = None,
    share: float | None = None,
) -> np.ndarray:
    """The split of each clip: as of splits.split; negatives are dealt by group over as many folds as the others.

    A negative that shares its group or its sound with a labelled clip goes where that one goes. Folds of its own count
    where the data set has as many.

    Args:
        clips: readable ones, the negatives among them.
        share: of the labelled groups to learn from that are kept; of negatives all are.

    Returns:
        (clips,) array of "train", "validation" or "test".

    Raises:
        NoFoldError, InputError: as of splits.split; or the negatives are of fewer than three groups.
    """
    is_negative = np.array([bool(negatives) and clip.label == negatives.label for clip in clips])
    if clips and clips[0].several is not None:
        return multi_label_splits.split(clips, contents, fold, seed, share)
    if not is_negative.any():
        return splits.split(clips, contents, fold, seed, share)
    labelled, own = np.flatnonzero(~is_negative), np.flatnonzero(is_negative)
    with_labels, own_contents = [clips[i] for i in labelled], [contents[i] for i in labelled]
    split_names = np.empty(len(clips), dtype="<U10")
    split_names[labelled] = splits.split(with_labels, own_contents, fold, seed, share)
    groups = group_dealing.joined(np.array([clip.group for clip in clips]), contents)
    of_group = dict(zip(groups[labelled], split_names[labelled], strict=True))
    n_folds = splits.fold_count(with_labels, own_contents)
    if splits.how(with_labels) == splits.OWN_SPLITS and {clip.split for clip in with_labels} == set(splits.SPLITS):
        fold = 0  # the data set has one split, whatever the fold
    follows = np.isin(groups[own], list(of_group))
    split_names[own[follows]] = [of_group[group] for group in groups[own[follows]]]
    split_names[own[~follows]] = _dealt([clips[i] for i in own[~follows]], groups[own[~follows]], n_folds, fold, seed)
    if missing := [name for name in splits.SPLITS if name not in split_names[own]]:
        raise InputError(
            f"no negatives are left to {' and to '.join(splits.VERBS[name] for name in missing)}: they are of "
            f"{len(set(groups[own]))} groups; add recordings of other places to --negatives"
        )
    return split_names


def outside(
    clips: Sequence[Clip],
    contents: Sequence[Hashable],
    left_out: int | None,
    fold: int = 0,
    seed: int = 0,
    negatives: Negatives | None = None,
    share: float | None = None,
) -> np.ndarray:
    """`split`, of what a fold leaves to learn from: its test split is left out, and the others are dealt anew.

    Choices that are made so have heard nothing of what then tests them.

    Args:
        left_out: the fold whose test split is left out; None: nothing is.

    Returns:
        (clips,) as of `split`, or LEFT_OUT.

    Raises:
        NoFoldError, InputError: as of `split`.
    """
    if left_out is None:
        return split(clips, contents, fold, seed, negatives, share)
    rest = np.flatnonzero(np.isin(split(clips, contents, left_out, seed, negatives), splits.SPLITS[:2]))
    names = np.full(len(clips), splits.LEFT_OUT, dtype="<U10")
    inner = [replace(clips[i], split=None) for i in rest]  # a data set's own splits have named the test alone
    names[rest] = split(inner, [contents[i] for i in rest], fold, seed, negatives, share)
    return names


def _dealt(clips, groups, n_folds, fold, seed):
    """(clips,) split names of negatives that share nothing with labelled clips."""
    n_groups = len(set(groups))
    if n_groups < len(splits.SPLITS):
        return np.full(len(clips), splits.SPLITS[0])
    folds = {clip.fold for clip in clips}
    if None not in folds and len(folds) == n_folds:
        dealt = np.array([clip.fold for clip in clips])
    else:
        n_folds = min(n_folds, n_groups)
        dealt = group_dealing.distribute(np.zeros(len(clips), int), groups, n_folds, seed)
    split_names = splits.by_fold(dealt, fold % n_folds)
    if splits.SPLITS[0] not in split_names:  # of two folds one tests and one validates
        splits.validate_some(split_names, split_names != splits.SPLITS[2], np.zeros(len(clips), int), groups, seed)
    return split_names
