import numpy as np
import pytest

from classifier.data import group_dealing


def some(n=20):
    """Speakers who do both, and as many who do one, three recordings each."""
    groups = np.repeat([f"{i:02}" for i in range(2 * n)], 6)
    labels = np.array(["ab"[i % 2] if int(group) < n else "a" for i, group in enumerate(groups)])
    return labels, groups


@pytest.mark.parametrize("seed", [0, 1])
def test_smaller_parts_lie_in_larger_ones_and_have_their_share_of_each_label(seed):
    labels, groups = some()
    parts = [group_dealing.kept(labels, groups, share, seed) for share in (0.05, 0.25, 0.5, 1)]
    for small, large in zip(parts, parts[1:], strict=False):
        assert not (small & ~large).any()
    for part, n in zip(parts, (1, 5, 10, 20), strict=True):
        assert len(set(groups[part & (labels == "b")])) == n
        assert len(set(groups[part & (groups >= "20")])) == n
        assert not set(groups[part]) & set(groups[~part])


def test_the_seed_chooses_the_part():
    labels, groups = some()
    one, other = (group_dealing.kept(labels, groups, 0.5, seed) for seed in (0, 1))
    assert (one != other).any()


def test_a_quarter_of_the_groups_of_each_label_validates_and_never_the_last():
    validates = group_dealing.validating(np.array(["a"] * 40), np.repeat(np.arange(20), 2), seed=0)
    assert validates.sum() == 10
    assert not group_dealing.validating(np.array(["a", "b"]), np.array(["1", "2"]), seed=0).any()


def test_groups_of_which_two_people_marked_the_same_sound_are_one():
    joined = group_dealing.joined(np.array(["a", "b", "c"]), ["x 0 64000", "x 160 64000", "x 80000 144000"])
    assert joined.tolist() == ["a", "a", "c"]
