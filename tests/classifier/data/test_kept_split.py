import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data import kept_split

DEALT = np.array(["test", "test", "train", "validation", "train", "test"])
LABELS = ["a", "b", "a", "b", "b", "a"]
SOUNDS = ["1", "2", "3", "4", "5", "6"]


def keep(before, groups=SOUNDS, dealt=DEALT, sounds=SOUNDS):
    return kept_split.keep(dealt, LABELS, groups, sounds, before)


def test_recordings_that_were_there_before_keep_their_split_and_others_are_dealt():
    kept, n_known = keep({"train": {"1"}, "validation": {"3"}, "test": {"5"}}, dealt=np.array(["train"] * 6))
    assert kept.tolist() == ["train", "train", "validation", "train", "test", "train"] and n_known == 3


def test_a_group_goes_where_most_of_it_was_heard():
    groups = ["x", "x", "y", "y", "z", "z"]
    kept, _ = keep({"train": {"2"}, "validation": {"4", "1"}, "test": {"5", "3"}}, groups)
    assert kept.tolist() == ["train", "train", "validation", "validation", "test", "test"]


def test_a_part_of_a_recording_goes_with_the_rest_of_it():
    sounds = ["1 0 50", "2", "3", "4", "5", "1 50 90"]
    kept, n_known = keep(
        {"train": {"1 0 20"}}, sounds=sounds, dealt=np.array(["test"] * 3 + ["validation", "train", "test"])
    )
    assert kept[[0, 5]].tolist() == ["train", "train"] and n_known == 2


@pytest.mark.parametrize(
    ("before", "complaint"),
    [
        ({"train": {"1", "2", "6"}}, "no recording is left to test"),
        ({"validation": {"3"}}, "there is nothing to learn a from"),
    ],
)
def test_where_a_split_or_a_label_would_be_empty_the_remedy_is_said(before, complaint):
    with pytest.raises(InputError, match=complaint):
        keep(before)
