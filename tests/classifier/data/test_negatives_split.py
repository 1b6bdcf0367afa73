from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data import negatives_split, splits
from classifier.data.layouts import Clip
from classifier.data.negatives import Negatives
from tests.classifier.data.test_splits import make_clips

RAIN = Negatives(())


def rain(groups, n=2):
    return [Clip(Path(f"rain{group}-{i}.wav"), "other", f"rain{group}") for group in range(groups) for i in range(n)]


def split(clips, contents=None, **settings):
    contents = range(len(clips)) if contents is None else contents
    return negatives_split.split(clips, contents, negatives=RAIN, **settings)


@pytest.mark.parametrize("fold", range(5))
def test_labelled_clips_are_split_as_without_negatives(fold):
    clips = make_clips(10)
    alone = splits.split(clips, range(len(clips)), fold)
    assert split([*clips, *rain(7)], fold=fold)[: len(clips)].tolist() == alone.tolist()


def test_every_group_of_negatives_is_whole_and_tested_once():
    clips = [*make_clips(10), *rain(7)]
    folds = [split(clips, fold=fold) for fold in range(5)]
    for split_names in folds:
        assert splits.in_two_splits([clip.group for clip in clips], split_names) == []
        assert set(split_names[60:]) == set(splits.SPLITS)
    assert np.sum([of == "test" for of in folds], axis=0).tolist() == [1] * len(clips)


def test_with_folds_of_the_data_set_they_are_dealt_over_as_many():
    clips = [replace(clip, fold=int(clip.group) % 4 + 1) for clip in make_clips(8)]
    folds = [split([*clips, *rain(8)], fold=fold)[48:] for fold in range(4)]
    assert np.sum([of == "test" for of in folds], axis=0).tolist() == [1] * 16
    assert [int((of == "test").sum()) for of in folds] == [4] * 4


def test_folds_of_their_own_count_where_the_data_has_as_many():
    clips = [replace(clip, fold=int(clip.group) + 1) for clip in make_clips(5)]
    own = [replace(clip, fold=i // 2 % 5 + 1) for i, clip in enumerate(rain(10))]
    found = split([*clips, *own], fold=2)[30:]
    assert [clip.fold for clip, where in zip(own, found, strict=True) if where == "test"] == [3] * 4


def test_with_splits_of_the_data_set_they_are_in_all_three_whatever_the_fold():
    clips = [replace(clip, split=splits.SPLITS[int(clip.group) % 3]) for clip in make_clips(6)]
    first, second = (split([*clips, *rain(5)], fold=fold) for fold in (0, 1))
    assert set(first[36:]) == set(splits.SPLITS)
    assert first.tolist() == second.tolist()


def test_one_that_shares_a_group_or_a_sound_with_a_label_goes_where_that_goes():
    clips = [*make_clips(10), *rain(7)]
    clips[60] = replace(clips[60], group="3")
    contents = list(range(len(clips)))
    contents[62] = contents[0]
    for fold in range(5):
        found = split(clips, contents, fold=fold)
        assert found[60] == found[[clip.group for clip in clips].index("3")]
        assert found[62] == found[63] == found[0]


@pytest.mark.parametrize("of", ["fold", "source"])
def test_with_two_folds_or_two_sources_a_part_of_the_rest_validates_as_of_the_labels(of):
    clips = [
        replace(clip, **{of: (1, 2)[i % 2] if of == "fold" else "ab"[i % 2]}) for i, clip in enumerate(make_clips(10))
    ]
    clips = [replace(clip, group=f"{clip.group} {i % 2}") for i, clip in enumerate(clips)]
    folds = [split([*clips, *rain(12)], fold=fold)[60:] for fold in (0, 1)]
    assert np.sum([of == "test" for of in folds], axis=0).tolist() == [1] * 24
    for names in folds:
        assert [int((names == name).sum()) for name in splits.SPLITS] == [10, 2, 12]


def test_too_few_groups_are_refused():
    with pytest.raises(InputError, match="no negatives are left to validate and to test: they are of 2 groups"):
        split([*make_clips(5), *rain(2)])


@pytest.mark.parametrize("settings", [{}, {"fold": True}, {"split": True}])
def test_what_a_fold_tests_is_in_none_of_the_folds_outside_of_it(settings):
    clips = [*make_clips(10), *rain(7)]
    if "fold" in settings:
        clips = [replace(clip, fold=i % 5) for i, clip in enumerate(clips)]
    if "split" in settings:
        clips = [replace(clip, split="test" if i % 5 == 0 else "train") for i, clip in enumerate(clips)]
    whole, tested = split(clips, fold=1), []
    for fold in range(3):
        inner = negatives_split.outside(clips, range(len(clips)), 1, fold, negatives=RAIN)
        assert ((inner == splits.LEFT_OUT) == (whole == "test")).all()
        assert set(inner) == {*splits.SPLITS, splits.LEFT_OUT}
        tested.append(inner == "test")
    assert np.sum(tested, axis=0).max() == 1
    assert (negatives_split.outside(clips, range(len(clips)), None, 1, negatives=RAIN) == whole).all()
