"""Edits paint stretches; any of them can be taken back."""

from classifier.service.studio.edits import Edit, Painted, in_force, is_nothing, since, stretches


def dogs_and_cats(*edits):
    return [Edit(i, *edit) for i, edit in enumerate(edits, 1)]


def test_a_label_cuts_others_away_and_grows_with_its_own():
    found = stretches(dogs_and_cats((0, 4, "dog"), (1, 2, "cat"), (3.5, 5, "dog"), (5, 6, "dog")))
    assert found == [Painted(0, 1, "dog"), Painted(1, 2, "cat"), Painted(2, 5, "dog"), Painted(5, 6, "dog")]


def test_an_edit_in_the_middle_is_undone_and_brought_back():
    made = dogs_and_cats((0, 4, "dog"), (1, 2, "cat"), (3, 5, "cow"), (1, 2, "cat", 2))
    assert stretches(made) == [Painted(0, 3, "dog"), Painted(3, 5, "cow")]
    again = [*made, Edit(5, 1, 2, "cat", 4)]
    assert [edit.number for edit in in_force(again)] == [1, 2, 3]


def test_only_what_touches_the_same_stretch_is_in_the_way():
    made = dogs_and_cats((0, 1, "dog"), (1, 2, "cat"), (5, 6, None))
    assert [edit.number for edit in since(made, 1, 1.5, 5)] == [2]  # 5 is where the other begins
    assert since(made, 2, 0, 5) == []


def test_nothing_is_said_of_a_whole_recording_only():
    assert is_nothing(stretches(dogs_and_cats((0, 2, None), (2, 4, None))), 4)
    assert not is_nothing(stretches(dogs_and_cats((0, 2, None))), 4)
    assert not is_nothing(stretches(dogs_and_cats((0, 2, None), (2, 4, "dog"))), 4)
