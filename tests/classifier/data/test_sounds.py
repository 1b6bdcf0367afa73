import pytest

from classifier.data import sounds


@pytest.mark.parametrize(
    ("contents", "alike"),
    [
        (["x", "y", "x"], [0, 1, 0]),
        (["x 0 100", "x 1 99", "x 100 200", "x 195 300", "y 0 100"], [0, 0, 1, 2, 3]),
        (["x 0 100", "x 80 180", "x 160 260"], [0, 0, 0]),  # two and two share a fifth
        (["x", "x 40 50", "y 40 50"], [0, 0, 1]),
        ([3, 5, 3], [0, 1, 0]),
    ],
)
def test_parts_that_share_much_of_a_sound_are_the_same_and_parts_beside_each_other_are_not(contents, alike):
    found, expected = ([[one == other for other in of] for one in of] for of in (sounds.same(contents), alike))
    assert found == expected
