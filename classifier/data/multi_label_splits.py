"""Train, validation and test splits of clips that may have several labels: whole groups, every label in every split.

Source: Sechidis, Tsoumakas & Vlahavas, On the Stratification of Multi-label Data, ECML PKDD 2011.
Differs: what is dealt are groups, each with all labels of its clips.
"""

from collections.abc import Hashable, Sequence

import numpy as np

from classifier.core.console import warn
from classifier.core.errors import InputError
from classifier.data import group_dealing, label_lists, splits
from classifier.data.labels import listed
from classifier.data.layouts import Clip

TRIES = 20  # deals of the groups, until each fold has every label


def split(
    clips: Sequence[Clip], contents: Sequence[Hashable], fold: int = 0, seed: int = 0, share: float | None = None
) -> np.ndarray:
    """(clips,) the split of each clip; arguments and errors are those of splits.split.

    The data set's own splits or folds are used where it has some; the one that tests may then lack labels, which is
    warned of. Otherwise groups are dealt over five folds, or as many as the rarest label has groups.
    """
    if splits.how(clips) == splits.OWN_SPLITS:
        split_names = splits.completed(clips, lambda some, at: _by_group(some, np.array(contents)[at], fold, seed))
    elif splits.how(clips) == splits.OWN_FOLDS:
        folds = np.array([clip.fold for clip in clips])
        split_names = splits.by_fold(folds, splits.checked(fold, len(set(folds))))
    else:
        split_names = _by_group(clips, contents, fold, seed)
    _check(clips, split_names)
    splits.leave_out(split_names, clips, share, seed + fold)
    return split_names


def _check(clips, split_names):
    """Make sure that each split has what it must have.

    Raises:
        InputError: the train or the validation split lacks a label.
    """
    everything = set(label_lists.of_each(clips))
    for split_name, verb in splits.VERBS.items():
        chosen = [clip for clip, of in zip(clips, split_names, strict=True) if of == split_name]
        lacked = sorted(everything - set(label_lists.of_each(chosen)))
        if lacked and split_name == "test":
            warn(f"there are no recordings of some labels to test: {listed(lacked)}; the means are over the others")
        elif lacked:
            raise InputError(
                f"the {split_name} split has no recording of {listed(lacked)} to {verb}; "
                f"{splits.REMEDIES[splits.how(clips)]}"
            )


def fewer_folds(clips: Sequence[Clip], contents: Sequence[Hashable]) -> str | None:
    """A sentence on the labels because of which groups are dealt over fewer than five folds; None: over five.

    Args and errors are those of `split`.
    """
    if splits.how(clips) != splits.BY_GROUP:
        return None
    labels, _, hot = _groups(clips, contents)
    n_folds = _fold_count(labels, hot)
    return None if n_folds == splits.FOLDS else f"{n_folds} folds, not {splits.FOLDS}: {_rarest(labels, hot, n_folds)}"


def _rarest(labels, hot, n_folds):
    rarest = [repr(label) for label, n in zip(labels, hot.sum(axis=0), strict=True) if n == n_folds]
    have = "has" if len(rarest) == 1 else "have"
    return f"{listed(rarest)} {have} {n_folds} recordings or groups, and each fold tests every label"


def _groups(clips, contents):
    """The labels; (clips,) the number of each clip's group; and (groups, labels) of 0 and 1."""
    groups = group_dealing.joined(np.array([clip.group for clip in clips]), contents)
    names, of = np.unique(groups, return_inverse=True)
    labels = sorted(set(label_lists.of_each(clips)))
    hot = np.zeros((len(names), len(labels)), int)
    for clip, group in zip(clips, of, strict=True):
        hot[group, [labels.index(label) for label in clip.labels]] = 1
    return labels, of, hot


def _fold_count(labels, hot):
    """How many folds the groups are dealt over.

    Raises:
        InputError: a label has too few groups.
    """
    counts = hot.sum(axis=0)
    if few := [(label, n) for label, n in zip(labels, counts, strict=True) if n < len(splits.SPLITS)]:
        said = listed(f"{label!r} {n}" for label, n in few)
        raise InputError(
            f"some labels have too few recordings or groups: {said}. Each needs at least {len(splits.SPLITS)}, one to "
            "train, one to validate and one to test: add recordings, or leave these labels out"
        )
    return int(min(splits.FOLDS, *counts))


def _by_group(clips, contents, fold, seed):
    """(clips,) split names, by groups that are dealt over folds."""
    labels, of, hot = _groups(clips, contents)
    n_folds = _fold_count(labels, hot)
    if fold >= n_folds:
        why = "" if n_folds == splits.FOLDS else f": {_rarest(labels, hot, n_folds)}"
        raise splits.NoFoldError(fold, n_folds, why)
    return splits.by_fold(_dealt(hot, n_folds, seed)[of], fold)


def _dealt(hot, n_folds, seed):
    """(groups,) folds from 0, of (groups, labels) rows of 0 and 1.

    Raises:
        InputError: no deal gives each fold every label.
    """
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold  # here: it imports scikit-learn

    for attempt in range(TRIES):
        splitter = MultilabelStratifiedKFold(n_splits=n_folds, shuffle=True, random_state=seed + attempt)
        folds = np.empty(len(hot), int)
        for fold, (_, members) in enumerate(splitter.split(np.zeros(len(hot)), hot)):
            folds[members] = fold
        if all(hot[folds == fold].any(axis=0).all() for fold in range(n_folds)):
            return folds
    raise InputError(
        f"no deal of {len(hot)} groups over {n_folds} folds gives each of them every label: groups that hold many rare "
        "labels stay whole; add recordings, or name smaller groups (--group-by)"
    )
