"""Splits of clips that may have several labels."""

from pathlib import Path

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data import label_lists, negatives_split, splits
from classifier.data.layouts import Clip

LABELS = ("car", "dog", "rain")


def clips_of(rows, fold=None):
    """A clip per (group, labels)."""
    return [
        Clip(Path(f"{i}.wav"), label_lists.name(labels), group, several=labels, fold=fold and fold[i])
        for i, (group, labels) in enumerate(rows)
    ]


def rows(n_groups, seed=0):
    random = np.random.default_rng(seed)
    return [
        (f"group {group}", tuple(label for label in LABELS if random.random() < 0.4))
        for group in range(n_groups)
        for _ in range(3)
    ]


@pytest.mark.parametrize("fold", range(splits.FOLDS))
def test_groups_stay_whole_and_every_split_has_every_label(fold):
    clips = clips_of(rows(30))
    found = negatives_split.split(clips, range(len(clips)), fold, seed=3)
    assert splits.in_two_splits([clip.group for clip in clips], found) == []
    for split in splits.SPLITS:
        chosen = [clip for clip, of in zip(clips, found, strict=True) if of == split]
        assert set(label_lists.of_each(chosen)) == set(LABELS)


def test_each_clip_tests_in_one_fold():
    clips = clips_of(rows(30))
    tested = [negatives_split.split(clips, range(len(clips)), fold) == "test" for fold in range(splits.FOLDS)]
    assert (np.sum(tested, axis=0) == 1).all()


def test_a_label_of_two_groups_is_refused_by_name():
    clips = clips_of([*rows(30), ("group 31", ("owl",)), ("group 32", ("dog", "owl"))])
    with pytest.raises(InputError, match="too few recordings or groups: 'owl' 2"):
        negatives_split.split(clips, range(len(clips)))


def test_a_fold_of_the_data_set_without_a_label_is_named():
    of_data = [("a", ("dog",)), ("b", ("dog", "rain")), ("c", ("dog", "rain"))]
    with pytest.raises(InputError, match="the validation split has no recording of rain to validate"):
        negatives_split.split(clips_of(of_data, fold=[1, 2, 3]), range(3), fold=2)
