"""Split clips so that no recording, speaker or room stands on two sides.

Pieces of one recording share its room and its microphone: split by piece, and a model is praised for knowing the room.
"""

import warnings

import numpy as np

from Constants import InputError

SIDES = ("train", "validation", "test")
FOLDS = 5  # a fifth tests, a fifth validates, three fifths train


def split(clips, fold=0, seed=0):
    """Which side each clip is on: fold `fold` tests, the next one validates, the others train.

    Folds the data set brings are taken as they are. Otherwise groups are dealt into five, or as many as the rarest
    label has groups, with the labels as evenly spread as whole groups allow (scikit-learn's StratifiedGroupKFold).

    Args:
        clips: all of them readable, of any number of labels.
        fold: which fold tests, from 0.
        seed: deals the groups; the same seed, the same sides.

    Returns:
        (clips,) array of "train", "validation" or "test".

    Raises:
        InputError: a label has fewer than three groups, a side would lack a label, or there is no such fold.
    """
    labels = np.array([clip.label for clip in clips])
    groups = np.array([clip.group for clip in clips])
    n_groups = {str(label): len(set(groups[labels == label])) for label in sorted(set(labels))}
    rarest = min(n_groups, key=n_groups.get)
    if n_groups[rarest] < len(SIDES):
        raise InputError(
            f"{rarest!r} has {n_groups[rarest]} recording(s) or group(s); it needs at least {len(SIDES)}, one each to "
            "train, to validate and to test: add recordings"
        )
    given = clips[0].fold is not None
    folds = (
        np.array([clip.fold for clip in clips]) if given else _deal(labels, groups, min(FOLDS, n_groups[rarest]), seed)
    )
    order = sorted(set(folds))
    if fold not in range(len(order)):
        raise InputError(f"--fold {fold}: there are folds 0 to {len(order) - 1}")
    sides = np.full(len(clips), SIDES[0], dtype="<U10")
    sides[folds == order[(fold + 1) % len(order)]] = SIDES[1]
    sides[folds == order[fold]] = SIDES[2]
    for side in SIDES:
        missing = sorted(set(labels) - set(labels[sides == side]))
        if missing:
            raise InputError(
                f"no group of {', '.join(missing)} fell on the {side} side; add recordings, or try another --seed"
            )
    return sides


def groups_on_two_sides(clips, sides):
    """The groups that leak: those with clips on more than one side. Always empty after `split`, and always checked."""
    seen = {}
    for clip, side in zip(clips, sides, strict=True):
        seen.setdefault(clip.group, set()).add(side)
    return sorted(group for group, where in seen.items() if len(where) > 1)


def _deal(labels, groups, n_folds, seed):
    from sklearn.model_selection import StratifiedGroupKFold

    folds = np.empty(len(labels), int)
    dealer = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fewer clips of a label than folds: counted by groups above
        for fold, (_, members) in enumerate(dealer.split(labels, labels, groups)):
            folds[members] = fold
    return folds
