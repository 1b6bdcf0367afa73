from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data import splits
from classifier.data.layouts import Clip


def make_clips(groups, n=3, labels=("a", "b")):
    """n clips of every label in each of some groups: speakers who do everything."""
    return [
        Clip(Path(f"{label}{group}-{i}.wav"), label, str(group))
        for group in range(groups)
        for label in labels
        for i in range(n)
    ]


def split(clips, **settings):
    """Split clips that all sound different."""
    return splits.split(clips, range(len(clips)), **settings)


@pytest.mark.parametrize("groups", [3, 4, 5, 17])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_group_is_on_two_sides_and_every_side_has_every_label(groups, seed):
    clips = make_clips(groups)
    split_names = split(clips, seed=seed)
    assert splits.in_two_splits([clip.group for clip in clips], split_names) == []
    for split_name in splits.SPLITS:
        assert {clip.label for clip, where in zip(clips, split_names, strict=True) if where == split_name} == {"a", "b"}


def test_every_clip_is_tested_by_exactly_one_fold():
    clips = make_clips(10)
    tested = np.sum([split(clips, fold=fold) == "test" for fold in range(5)], axis=0)
    assert tested.tolist() == [1] * len(clips)


def test_the_seed_deals_the_groups():
    clips = make_clips(10)
    assert (split(clips, seed=1) == split(clips, seed=1)).all()
    assert (split(clips, seed=1) != split(clips, seed=2)).any()


def test_predefined_folds_are_taken_as_they_are():
    clips = [Clip(Path(f"{i}.wav"), label, str(i), fold=1 + i % 4) for label in "ab" for i in range(8)]
    split_names = split(clips, fold=3)  # folds are called 1 to 4: the last tests, the first validates
    assert {clip.fold for clip, split_name in zip(clips, split_names, strict=True) if split_name == "test"} == {4}
    assert {clip.fold for clip, split_name in zip(clips, split_names, strict=True) if split_name == "validation"} == {1}


def test_a_leak_is_found():
    clips = make_clips(2, n=1)
    assert splits.in_two_splits([clip.group for clip in clips], ["train", "test", "train", "train"]) == ["0"]


def test_too_few_groups_of_a_label_are_named():
    clips = make_clips(5) + [Clip(Path("c.wav"), "c", "5")]
    with pytest.raises(InputError, match="'c' has 1 recording.*at least 3"):
        split(clips)


def test_a_fold_that_is_not_there():
    with pytest.raises(InputError, match="--fold 5: there are folds 0 to 4"):
        split(make_clips(10), fold=5)


def test_groups_that_share_a_recording_stay_together():
    clips = make_clips(10)
    contents = [-1 if clip.group in "14" and clip.path.stem.endswith("-2") else i for i, clip in enumerate(clips)]
    for fold in range(5):
        split_names = splits.split(clips, contents, fold)
        assert splits.in_two_splits(contents, split_names) == []
        assert len({split_name for clip, split_name in zip(clips, split_names, strict=True) if clip.group in "14"}) == 1


def test_sharing_nothing_changes_nothing():
    clips = make_clips(17)
    assert (splits.split(clips, range(len(clips))) == splits.split(clips, [clip.path.name for clip in clips])).all()


def with_sides(*split_names):
    return [replace(clip, split=split_names[int(clip.group) % len(split_names)]) for clip in make_clips(12)]


def test_given_sides_are_taken_as_they_are():
    clips = with_sides("test", "train", "validation")
    assert split(clips).tolist() == [clip.split for clip in clips]
    assert splits.how(clips) == "the splits of the data set"


@pytest.mark.parametrize(("given", "dealt"), [(("train", "test"), "validation"), (("train", "validation"), "test")])
def test_a_side_the_data_set_leaves_out_is_dealt_from_what_it_trains_with(given, dealt):
    clips = with_sides(*given)
    split_names = split(clips)
    for clip, split_name in zip(clips, split_names, strict=True):
        assert split_name in ((clip.split,) if clip.split != "train" else ("train", dealt))
    assert dealt in split_names
    assert splits.in_two_splits([clip.group for clip in clips], split_names) == []


def test_a_rare_label_does_not_cut_the_train_split_of_the_others():
    """Three recordings beside three labels of sixty: three fifths of the sixty train, as without the rare label."""
    common = [Clip(Path(f"{label}{i}.wav"), label, f"{label}{i}") for label in "abc" for i in range(60)]
    rare = [Clip(Path(f"d{i}.wav"), "d", f"d{i}") for i in range(3)]
    tested = []
    for fold in range(5):
        split_names = split(common + rare, fold=fold)
        assert (split_names[:180] == "train").sum() == 108
        assert sorted(split_names[180:]) == ["test", "train", "validation"]
        tested.append(int(np.flatnonzero(split_names[180:] == "test")[0]))
    assert set(tested) == {0, 1, 2}  # its recordings take turns


def test_a_group_with_a_rare_label_stays_whole():
    clips = make_clips(20) + [Clip(Path(f"c{group}.wav"), "c", str(group)) for group in range(4)]
    for fold in range(5):
        split_names = split(clips, fold=fold)
        assert splits.in_two_splits([clip.group for clip in clips], split_names) == []
