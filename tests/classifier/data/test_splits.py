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


def nine_folds():
    """A published set of nine folds of five labels; the last three lack some of them, as the folds of a real one do."""
    labels = {7: "abcd", 8: "ab", 9: "e"}
    return [
        Clip(Path(f"{label}{fold}-{i}.wav"), label, f"{label}{fold}-{i // 2}", fold=fold)
        for fold in range(1, 10)
        for label in labels.get(fold, "abcde")
        for i in range(4)
    ]


def of(clips, split_names, split_name):
    return [clip for clip, where in zip(clips, split_names, strict=True) if where == split_name]


@pytest.mark.parametrize("fold", range(9))
def test_folds_that_lack_labels_test_what_they_have_and_all_labels_train_and_validate(fold):
    clips = nine_folds()
    split_names = split(clips, fold=fold)
    assert {clip.fold for clip in of(clips, split_names, "test")} == {fold + 1}
    assert all(clip.fold != fold + 1 or where == "test" for clip, where in zip(clips, split_names, strict=True))
    validation = of(clips, split_names, "validation")
    assert (
        {clip.label for clip in validation} == {clip.label for clip in of(clips, split_names, "train")} == set("abcde")
    )
    assert splits.in_two_splits([clip.group for clip in clips], split_names) == []
    if fold not in (5, 6, 7):  # the next one has all labels, and validates as it is
        assert {clip.fold for clip in validation} == {(fold + 1) % 9 + 1}
    else:
        assert 0.1 < len(validation) / len(clips) < 0.3 and len({clip.fold for clip in validation}) > 1


def test_what_folds_lack_is_said_once():
    clips = nine_folds()
    (said,) = splits.untested(clips, {fold: split(clips, fold=fold) for fold in range(9)})
    assert said == (
        "there are no recordings of some labels to test (fold 6: e; fold 7: c, d, e; fold 8: a, b, c, d): recall and "
        "balanced accuracy are over the labels that are there; --ignore-folds deals by group instead"
    )
    assert splits.untested(clips, {0: split(clips)}) == []
    whole = make_clips(10)
    assert splits.untested(whole, {0: split(whole)}) == []


def test_a_label_that_only_one_other_fold_has_trains_and_does_not_validate():
    clips = nine_folds() + [Clip(Path("f.wav"), "f", "f", fold=3), Clip(Path("f2.wav"), "f", "f2", fold=5)]
    split_names = split(clips, fold=4)
    assert of(clips, split_names, "test")[-1].label == of(clips, split_names, "train")[-1].label == "f"
    (said,) = splits.untested(clips, {4: split_names})
    assert said.startswith(
        "there are no recordings of some labels to validate (fold 4: f): their thresholds are chosen"
    )


def test_a_label_that_only_the_test_fold_has_is_refused_with_the_way_out():
    clips = nine_folds() + [Clip(Path(f"f{i}.wav"), "f", f"f{i}", fold=3) for i in range(5)]
    assert "f" in {clip.label for clip in of(clips, split(clips, fold=1), "train")}
    with pytest.raises(InputError, match="train split has no group of f; only the fold that tests has.*--ignore-folds"):
        split(clips, fold=2)
    assert "f" in {clip.label for clip in of(clips, split(splits.without_folds(clips), fold=2), "train")}


def test_two_folds_leave_something_to_train_and_to_validate_with():
    clips = [clip for clip in nine_folds() if clip.fold < 3]
    for fold in (0, 1):
        assert {clip.fold for clip in of(clips, split(clips, fold=fold), "test")} == {fold + 1}
    with pytest.raises(InputError, match="--ignore-folds"):
        split([clip for clip in clips if clip.fold == 1])


def test_folds_that_leave_nothing_to_validate_with_are_refused_with_the_way_out():
    clips = [
        Clip(Path(f"{label}{i}.wav"), label, f"{label}{i}", fold=1 if i else 2) for label in "ab" for i in range(8)
    ]
    with pytest.raises(InputError, match="outside fold 0 of the data set each label has one group.*--ignore-folds"):
        split(clips)
    assert set(split(clips, fold=1)) == set(splits.SPLITS)


def test_folds_can_be_ignored_and_splits_cannot():
    clips = splits.without_folds(nine_folds())
    assert splits.how(clips) == "group" and splits.without_folds(make_clips(3)) == make_clips(3)
    assert splits.in_two_splits([clip.group for clip in clips], split(clips)) == []
    with pytest.raises(InputError, match="--ignore-folds: the data set names its train and test splits"):
        splits.without_folds(with_sides("train", "validation", "test"))


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


def three_corpora():
    """A choir only sings, a reading only speaks, a studio does both; each with six people."""
    does = {"choir": ["song"], "reading": ["speech"], "studio": ["song", "speech"]}
    return [
        Clip(Path(f"{source}{person}-{label}{i}.wav"), label, f"{source}{person}", source=source)
        for source, labels in does.items()
        for person in range(6)
        for label in labels
        for i in range(2)
    ]


@pytest.mark.parametrize(("fold", "source"), list(enumerate(["choir", "reading", "studio"])))
def test_a_source_that_tests_is_heard_by_no_other_split(fold, source):
    clips = three_corpora()
    split_names = split(clips, fold=fold)
    assert {clip.source for clip in of(clips, split_names, "test")} == {source}
    assert len(of(clips, split_names, "test")) == sum(clip.source == source for clip in clips)
    for split_name in ("train", "validation"):
        assert {clip.label for clip in of(clips, split_names, split_name)} == {"song", "speech"}
        assert source not in {clip.source for clip in of(clips, split_names, split_name)}
    assert splits.in_two_splits([clip.group for clip in clips], split_names) == []
    assert splits.untested(clips, {fold: split_names}) == []


def test_there_is_a_fold_for_each_source():
    assert splits.source_names(three_corpora()) == ["choir", "reading", "studio"]
    with pytest.raises(splits.NoFoldError, match="folds 0 to 2"):
        split(three_corpora(), fold=3)


def test_a_source_that_alone_has_a_label_is_named_with_the_label():
    clips = [clip for clip in three_corpora() if (clip.source, clip.label) != ("studio", "song")]
    with pytest.raises(InputError, match="without the source choir there is nothing left of song to train with"):
        split(clips, fold=0)
    assert "test" in split(clips, fold=1)


def test_people_of_the_source_that_tests_are_not_learned_from_elsewhere():
    clips = three_corpora()
    clips[0] = replace(clips[0], group="studio0")  # who sings in the choir, too
    split_names = split(clips, fold=2)
    assert split_names[0] == splits.LEFT_OUT
    (said,) = splits.untested(clips, {2: split_names})
    assert said.startswith("1 recordings of other sources are left out while studio tests")
    everywhere = [replace(clip, group=clip.group[-1]) for clip in clips]
    with pytest.raises(InputError, match="of groups that choir has, too"):
        split(everywhere)


def test_of_a_share_the_test_and_validation_splits_are_the_same():
    clips = make_clips(20)
    whole = split(clips)
    for share, n in ((0.5, 6), (0.25, 3), (1.0, 12)):
        part = split(clips, share=share)
        assert len({clip.group for clip in of(clips, part, "train")}) == n
        assert ((part == whole) | (part == splits.LEFT_OUT)).all()
        assert (part[whole != "train"] == whole[whole != "train"]).all()


def test_a_source_that_leaves_nothing_to_validate_with_is_named():
    clips = [replace(clip, group=f"{clip.source}-{clip.label}") for clip in three_corpora() if clip.source != "choir"]
    clips += [replace(clip, label="song", group="reading-song") for clip in clips if clip.source == "reading"]
    with pytest.raises(InputError, match="without the source reading each label has one group"):
        split(clips, fold=0)


def test_recordings_that_hold_a_rare_label_too_leave_fewer_folds_to_the_others():
    """A frequent label has five recordings; one holds a rare label, too, and only four are left to deal."""
    labels = {"high": 5, "low": 4, "middle": 4}
    clips = [Clip(Path(f"{label}{i}.wav"), label, f"{label}{i}") for label, n in labels.items() for i in range(n)]
    clips[4] = replace(clips[4], group="low0")
    split_names = split(clips)
    assert splits.in_two_splits([clip.group for clip in clips], split_names) == []
    assert not splits.lacking([clip.label for clip in clips], split_names)
