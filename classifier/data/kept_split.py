"""Splits of a data set that has grown: recordings that were in one before stay in it, and their groups with them."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from classifier.core.errors import InputError
from classifier.data import group_dealing, splits
from classifier.data.labels import listed
from classifier.data.sounds import whole


def keep(
    dealt: np.ndarray,
    labels: Sequence[str],
    groups: Sequence[str],
    sounds: Sequence[str],
    before: Mapping[str, AbstractSet[str]],
) -> tuple[np.ndarray, int]:
    """Splits in which nothing that was heard tests.

    A group with recordings of several splits goes where most was heard: to train, else to validate.

    Args:
        dealt: (clips,) the split that each would have.
        labels, groups: (clips,) of each.
        sounds: (clips,) as of provenance.sound.
        before: {split: sounds of its recordings}.

    Returns:
        (clips,) split names, and how many clips were in one before.

    Raises:
        InputError: a split is empty, or there is nothing to learn a label from.
    """
    wholes = np.array([whole(sound) for sound in sounds])
    joined = group_dealing.joined(np.array(groups), wholes.tolist())
    kept, known = dealt.astype("<U10"), np.zeros(len(dealt), bool)
    for split_name in reversed(splits.SPLITS):  # the last that is written counts: train
        of_split = np.isin(wholes, [whole(sound) for sound in before.get(split_name, ())])
        kept[np.isin(joined, joined[of_split])] = split_name
        known |= of_split
    for split_name in splits.SPLITS:
        if split_name not in kept:
            raise InputError(
                f"no recording is left to {splits.VERBS[split_name]}: those of the model to start from keep their "
                "split; add recordings of other groups"
            )
    if lost := sorted(set(labels) - set(np.array(labels)[kept == "train"])):
        raise InputError(
            f"there is nothing to learn {listed(lost)} from: their groups validated or tested the model to start from; "
            "add recordings of other groups"
        )
    return kept, int(known.sum())
